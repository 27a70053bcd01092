"""What `larabill doctor` looks at. Each check says what is wrong and how to mend it; none changes anything."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import attrs

from larabill_core.clock import SystemClock
from larabill_core.engine import Engine
from larabill_core.errors import ConfigurationError, InvalidInput, LarabillError
from larabill_core.jobs import JobStatus
from larabill_core.manifest import Manifest
from larabill_core.privacy import redact_text

CLOCKS_MAY_DIFFER: Final = timedelta(seconds=30)

_EXTRAS: Final = {"rich": "demo", "asyncssh": "demo", "paramiko": "ssh", "psycopg": "postgres"}


class Level(StrEnum):
    """WRONG stops LaraBill from working as promised; WARNING does not."""

    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"


@attrs.frozen(kw_only=True)
class Finding:
    """One line of the doctor's answer."""

    what: str
    level: Level
    detail: str
    remedy: str = ""


def problems(what: str, problem: LarabillError) -> Iterator[Finding]:
    """An error as findings, one for each fault."""
    if isinstance(problem, InvalidInput | ConfigurationError):
        for fault in problem.faults:
            detail = str(attrs.evolve(fault, remedy=""))
            yield Finding(what=what, level=Level.WRONG, detail=redact_text(detail), remedy=fault.remedy)
    else:
        yield Finding(what=what, level=Level.WRONG, detail=redact_text(str(problem)))


def python_and_extras() -> Iterator[Finding]:
    """The interpreter, and which optional packages are here."""
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding(what="python", level=Level.OK, detail=version)
    for name, extra in _EXTRAS.items():
        if importlib.util.find_spec(name) is None:
            yield Finding(
                what="packages",
                level=Level.WARNING,
                detail=f"{name} is not installed; what needs it says so",
                remedy=f"pip install 'larabill[{extra}]'",
            )


def drivers(engine: Engine) -> Iterator[Finding]:
    """Every account's driver can be built, and fits the contract."""
    for account in sorted(engine.drivers.accounts()):
        try:
            engine.drivers.get(account)
        except LarabillError as problem:
            yield from problems(f"driver {account}", problem)
        else:
            yield Finding(what=f"driver {account}", level=Level.OK, detail=engine.drivers.info(account).name)


def clock(engine: Engine) -> Iterator[Finding]:
    """This machine's clock and the one that all workers share."""
    apart = abs(engine.clock.now() - SystemClock().now())
    if apart > CLOCKS_MAY_DIFFER:
        yield Finding(
            what="clock",
            level=Level.WARNING,
            detail=f"this machine and the database are {apart.total_seconds():.0f} s apart; signatures may look stale",
            remedy="let both take their time from NTP",
        )
    else:
        yield Finding(what="clock", level=Level.OK, detail="this machine and the database agree")


def work(engine: Engine) -> Iterator[Finding]:
    """Jobs that wait for a person."""
    counts = engine.run(lambda tx: tx.jobs.counts())
    waiting = sum(number for (_, status), number in counts.items() if status in (JobStatus.PARKED, JobStatus.DEAD))
    if waiting:
        yield Finding(
            what="jobs",
            level=Level.WARNING,
            detail=f"{waiting} wait for a person",
            remedy="larabill jobs list --open",
        )
    else:
        yield Finding(what="jobs", level=Level.OK, detail="none waits for a person")


def database(manifest: Manifest) -> Iterator[Finding]:
    """The server, the tables, the triggers and the rights."""
    from larabill_sqlalchemy.databases import open_database
    from larabill_sqlalchemy.health import checks
    from larabill_sqlalchemy.opening import storages_of

    try:
        pool = open_database(manifest.basics.database)
    except LarabillError as problem:
        yield from problems("database", problem)
        return
    file = pool.url.database if pool.dialect.name == "sqlite" else None
    if file and not Path(file).exists():
        # connecting would make the file, and a doctor changes nothing
        yield Finding(
            what="database", level=Level.WRONG, detail=f"{file} does not exist", remedy="run `larabill migrate`"
        )
        return
    for check in checks(pool, storages_of(manifest.modules)):
        level = Level.WRONG if not check.ok else Level.WARNING if check.remedy else Level.OK
        yield Finding(what=check.name, level=level, detail=redact_text(check.message), remedy=check.remedy)
    pool.dispose()


def modules(manifest: Manifest) -> Iterator[Finding]:
    """What is on."""
    yield Finding(
        what="modules", level=Level.OK, detail=", ".join(module.name for module in manifest.modules) or "none"
    )


def all_findings(settings: dict[str, Any]) -> Iterator[Finding]:
    """From the outside in: what needs something that is broken is not asked."""
    from larabill_core.keyring import KeyRing
    from larabill_sqlalchemy import open_engine
    from larabill_sqlalchemy.opening import database_of, load_manifest

    yield from python_and_extras()
    try:
        manifest = load_manifest(settings)
    except LarabillError as problem:
        yield from problems("manifest", problem)
        return
    yield from modules(manifest)
    try:
        ring = KeyRing.load(manifest.basics.keys)
    except LarabillError as problem:
        yield from problems("keys", problem)
        return
    yield Finding(what="keys", level=Level.OK, detail=f"active is {ring.active}; known: {', '.join(ring.names)}")
    found = list(database(manifest))
    yield from found
    if any(finding.level is Level.WRONG for finding in found):
        return
    try:
        engine = open_engine(manifest)
    except LarabillError as problem:
        yield from problems("engine", problem)
        return
    for check in (drivers, clock, work):
        try:
            yield from check(engine)
        except LarabillError as problem:
            yield from problems(check.__name__, problem)
    database_of(engine).dispose()
