"""An ordinary Django project; LaraBill is `larabill_django` in INSTALLED_APPS, and LARABILL."""

import os
import secrets
from pathlib import Path

DATA = Path(os.environ.get("SHOP_DATA", Path(__file__).parents[1] / "data"))

SECRET_KEY = os.environ.get("SHOP_SECRET_KEY") or secrets.token_urlsafe(50)  # of this process: a restart logs out
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "testserver"]
ROOT_URLCONF = "shop.urls"
USE_TZ = True
LOGIN_URL, LOGIN_REDIRECT_URL, LOGOUT_REDIRECT_URL = "/login", "/account", "/"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA / "shop.db",
        "OPTIONS": {"transaction_mode": "IMMEDIATE"},
    }
}
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "larabill_django",
    "shop",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
CONTEXT = ["template.context_processors.request", "contrib.auth.context_processors.auth"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                *(f"django.{name}" for name in CONTEXT),
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
STATIC_URL = "static/"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LARABILL = {
    "PRINCIPAL": "shop.models.principal",
    "larabill": {"keys": DATA / "larabill.keys", "documents": DATA / "documents"},
    "billing": {"seller": {"name": "Example Hosting Ltd", "country": "DE", "currency": "EUR"}},
    "provisioning": {
        "plans": [
            {"plan": "web-s", "account": "machine", "provider_plan": "small"},
            {"plan": "web-m", "account": "machine", "provider_plan": "medium"},
        ]
    },
    "drivers": {
        "machine": {"driver": "fake", "world": str(DATA / "machine.db"), "latency_ms": 800},
        "wallet": {"driver": "fake_gateway", "world": str(DATA / "wallet.db")},
    },
}
