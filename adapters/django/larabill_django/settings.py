"""The `LARABILL` settings: what is the adapter's is written in capitals, the rest is the manifest's data.

LARABILL = {
    "DATABASE": "default",                  # alias in DATABASES
    "PRINCIPAL": "shop.access.principal",   # who is asking: f(request) -> Actor | None
    "AUTHORIZE": "shop.access.may",         # in place of the roles: f(actor, ability) -> bool
    "TASKS": "default",                     # alias in TASKS (Django 6): wake-ups are tasks
    "larabill": {"keys": BASE_DIR / "larabill.keys"},
    "billing": {"seller": {...}},
}
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs
from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string

from larabill_core.access import Actor
from larabill_core.errors import ConfigurationError, Faults
from larabill_core.http.api import Authorize
from larabill_core.manifest import Manifest
from larabill_core.module import installed_modules
from larabill_django.databases import NAME, PATH, alias_url, named_alias
from larabill_django.tasks import is_available

OWN: Final = (PATH, "PRINCIPAL", "AUTHORIZE", "TASKS")
Principal = Callable[[HttpRequest], Actor | None]


@attrs.frozen(kw_only=True)
class Settings:
    """The whole, checked. `data` is the manifest's, the database's URL put in."""

    database: str
    principal: Principal
    authorize: Authorize | None
    tasks: str | None
    data: Mapping[str, Any] = attrs.field(repr=False)
    manifest: Manifest = attrs.field(repr=False)


def read_settings() -> Settings:
    """Raises `ConfigurationError` with every fault, each by its key path. Connects to nothing."""
    from larabill_sqlalchemy.opening import load_manifest

    given = getattr(settings, NAME, None)
    if not isinstance(given, Mapping):
        raise ConfigurationError.one(
            NAME, "is missing" if given is None else "must be a dict", remedy=f"{NAME} = {{…}}"
        )
    faults = Faults()
    known = {*OWN, "larabill", "drivers", "mail", *installed_modules()}
    with faults.at(NAME):
        for key in given:
            if key not in known:
                near = difflib.get_close_matches(str(key), known, n=1)
                remedy = f"did you mean {near[0]}?" if near else f"known are: {', '.join(sorted(known))}"
                faults.add(str(key), "is not known", remedy=remedy)
        principal = _function(given, "PRINCIPAL", "larabill_django.principals.principal", faults)
        authorize = _function(given, "AUTHORIZE", None, faults)
        tasks = _tasks(given, faults)
        alias, data = _data(given, known, faults)
        try:
            manifest = load_manifest(data)
        except ConfigurationError as problem:
            faults.include(problem)
    faults.raise_if_any(ConfigurationError)
    return Settings(database=alias, principal=principal, authorize=authorize, tasks=tasks, data=data, manifest=manifest)


def _tasks(given: Mapping[str, Any], faults: Faults) -> str | None:
    alias = given.get("TASKS")
    if alias is None:
        return None
    if not is_available():
        faults.add("TASKS", "needs Django 6", remedy="leave it out, and run `manage.py larabill worker`")
    elif alias not in getattr(settings, "TASKS", {}):
        faults.add("TASKS", "is no alias in TASKS", value=alias)
    return str(alias)


def _function(given: Mapping[str, Any], key: str, default: str | None, faults: Faults) -> Any:
    target = given.get(key, default)
    if target is None or callable(target):
        return target
    try:
        found = import_string(target)
    except (ImportError, AttributeError, TypeError):
        found = None
    if not callable(found):
        faults.add(key, "names no function", value=target, remedy='such as "shop.access.principal"')
    return found


def _data(given: Mapping[str, Any], known: set[str], faults: Faults) -> tuple[str, dict[str, Any]]:
    """The alias, and the manifest's tables with the alias's URL. What is unknown has been told already."""
    data = {key: value for key, value in given.items() if key in known and key not in OWN}
    alias = named_alias()
    basics = data.get("larabill", {})
    if not isinstance(basics, Mapping):
        return alias, data
    if "database" in basics:
        faults.add(
            "larabill.database", "stands in DATABASES", remedy='name its alias: "DATABASE": "billing"; leave this out'
        )
    url = "sqlite://"  # stands in while there are faults, so that the others are found too
    try:
        url = alias_url(alias).render_as_string(hide_password=False)
    except ConfigurationError as problem:
        faults.include(problem)
    paths = {key: str(basics[key]) for key in ("keys", "documents") if key in basics}
    data["larabill"] = {**basics, **paths, "database": url}
    return alias, data
