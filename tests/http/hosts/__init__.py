"""Applications around LaraBill that tests ask over HTTP: each opened by a function of its own, all asked alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Final, TypeAlias

from tests.http.hosts.alone import open_alone
from tests.http.hosts.host import Host, Principals

from larabill_core.engine import Engine

OpenHost: TypeAlias = Callable[[Engine, Principals], AbstractContextManager[Host]]

HOSTS: Final[Mapping[str, OpenHost]] = {"alone": open_alone}
"""Every test of a contract runs over all of them; the first one is what the others are compared with."""
