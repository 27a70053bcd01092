"""A Django project around LaraBill: its settings and its routes. Configured once per process, as Django wants it."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any
from uuid import UUID

import django
import pymysql
from django.conf import settings
from django.http import HttpRequest

from larabill_core.access import Actor
from larabill_django import principal

LARABILL: dict[str, Any] = {
    "PRINCIPAL": "tests.http.django.project.from_headers",
    "larabill": {"keys": "larabill.keys", "roles": {"support": ["customers.read", "invoices.read"]}},
    "billing": {"seller": {"name": "Example Ltd", "country": "DE", "currency": "EUR", "time_zone": "Europe/Berlin"}},
}
SETTINGS: dict[str, Any] = {
    "SECRET_KEY": "of tests alone",
    "ALLOWED_HOSTS": ["testserver", "shop.test"],
    "ROOT_URLCONF": "tests.http.django.routes",
    "USE_TZ": True,
    "TIME_ZONE": "America/Chicago",
    "DATABASES": {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "unset.sqlite3"}},
    "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
    "INSTALLED_APPS": [
        "django.contrib.admin",
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "larabill_django",
    ],
    "MIDDLEWARE": [
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    "TEMPLATES": [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
    "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
    "STATIC_URL": "static/",
    "LARABILL": LARABILL,
}


def configure() -> None:
    """Make this process the project's."""
    if not settings.configured:
        if find_spec("MySQLdb") is None:  # mysqlclient is there in `nox -s django`
            pymysql.install_as_MySQLdb()
        settings.configure(**SETTINGS)
        django.setup()


def from_headers(request: HttpRequest) -> Actor | None:
    """Who asks, as a test says it: `X-Actor: staff operator` or `X-Actor: customer <uuid>`; else as Django says."""
    kind, _, more = request.headers.get("X-Actor", "").partition(" ")
    if kind == "staff":
        return Actor(kind="staff", id="clerk", roles=(more,))
    if kind == "customer":
        return Actor(kind="customer", id="u1", roles=("customer",), customer_id=UUID(more))
    return principal(request)
