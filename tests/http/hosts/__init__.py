"""Applications around LaraBill that tests ask over HTTP: each opened by a function of its own, all asked alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Final, TypeAlias

from tests.http.hosts.alone import open_alone
from tests.http.hosts.django import open_django
from tests.http.hosts.fastapi import open_fastapi
from tests.http.hosts.flask import open_flask
from tests.http.hosts.host import Behind, Host
from tests.http.hosts.serve import open_serve

OpenHost: TypeAlias = Callable[[Behind], AbstractContextManager[Host]]

HOSTS: Final[Mapping[str, OpenHost]] = {
    "alone": open_alone,
    "flask": open_flask,
    "django": open_django,
    "fastapi": open_fastapi,
    "serve": open_serve,
}
"""Every test of a contract runs over all of them; the first one is what the others are compared with."""
