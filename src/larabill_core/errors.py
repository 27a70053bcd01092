"""The one tree of errors; each class has a stable `code`, an HTTP `status`, and a message built from fields.

    LarabillError
    ├── InvalidInput          422  what was handed in breaks a rule; lists every fault at once
    ├── NotFound              404
    ├── Forbidden             403  the actor lacks the ability
    ├── Conflict              409  the request is well formed, the present state forbids it
    │   ├── IllegalTransition      no such edge in the transition table (invariant I6)
    │   ├── StaleVersion           somebody else changed the row first
    │   └── AlreadyExists          a unique key is taken
    ├── ConfigurationError    500  manifest, keys, catalogue, database set-up; lists every fault at once
    ├── Unverified            400  a webhook that is not believed
    ├── Parked                500  a job that waits for an operator, with the reason
    ├── RetryLater            503  a job that should be tried again, not before `after`
    ├── ConcurrencyError      503  the transaction must be run again: deadlock, serialization, lock timeout
    ├── DatabaseUnavailable   503
    └── LeaseLost             500  the job's fence is no longer ours; nothing may be written

Every class is built from positional fields and keeps them in `args`, so that an error can be copied, also to
another process.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from enum import Enum
from typing import ClassVar, Final, Self

import attrs

from larabill_core.privacy import redact_text

SHOWN_LENGTH: Final = 60
_READ_LENGTH: Final = 1000

_PLAIN_PATH = re.compile(r"[A-Za-z0-9_.\[\]-]+")
_MISSING = Enum("_MISSING", "token").token  # type: ignore[attr-defined]


class LarabillError(Exception):
    """The root: catch it to catch everything that LaraBill raises on purpose."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500


def shown(value: object) -> str:
    """`value` as short text that is safe in an error: 60 characters of it, redacted and escaped.

    Text is quoted; numbers, true, false and null are not; anything else is named by its type only, because
    its repr is not ours and may be long or secret.
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        # str() of an int of more than 4300 digits raises ValueError
        return str(value) if value.bit_length() < 200 else f"an integer of {value.bit_length()} bits"
    if isinstance(value, float | Decimal):
        return _cut(str(value))
    if isinstance(value, str):
        # a secret or a card number across the first cut would lie behind the second one
        return f"'{_cut(redact_text(value[:_READ_LENGTH]))}'"
    return f"a {type(value).__name__}"


def _cut(text: str) -> str:
    short = text if len(text) <= SHOWN_LENGTH else text[: SHOWN_LENGTH - 1] + "…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in short)


def join(*parts: str | int) -> str:
    """A key path: `join("plans", 2, "prices", "EUR")` is `plans[2].prices.EUR`; odd keys are quoted."""
    path = ""
    for part in parts:
        if isinstance(part, int):
            path += f"[{part}]"
        elif not part:
            continue
        elif not path and part.isprintable():
            path = part
        elif not _PLAIN_PATH.fullmatch(part):
            path += f"[{shown(part)}]"
        elif part.startswith("["):
            path += part
        else:
            path += f".{part}"
    return path


@attrs.frozen
class Fault:
    """One broken rule: where (`path`), what, the value as safe text (see `shown`), and the remedy."""

    path: str
    problem: str
    remedy: str = ""
    value: str | None = None

    def __str__(self) -> str:
        text = f"{self.path}: {self.problem}" if self.path else self.problem
        if self.value is not None:
            text += f" (got {self.value})"
        return f"{text}; {self.remedy}" if self.remedy else text


class _Faulty(LarabillError):
    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__(self.faults)

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)

    @classmethod
    def one(cls, path: str, problem: str, value: object = _MISSING, remedy: str = "") -> Self:
        """The error for a single fault; `value` is made safe by `shown`, and left out when not given."""
        return cls((_fault(path, problem, value, remedy),))


class InvalidInput(_Faulty):
    """What was handed in breaks one or more rules."""

    code = "invalid-input"
    status = 422


class ConfigurationError(_Faulty):
    """The manifest, the keys, the catalogue or the database are not set up as they must be."""

    code = "configuration"
    status = 500


def _fault(path: str, problem: str, value: object, remedy: str) -> Fault:
    return Fault(path, problem, remedy, None if value is _MISSING else shown(value))


class Faults:
    """Collects the faults of one input, so that all are reported at once.

    faults = Faults()
    with faults.at("plans", 2):
        faults.add("code", "is missing")        # path: plans[2].code
    faults.raise_if_any()
    """

    def __init__(self) -> None:
        self._found: list[Fault] = []
        self._prefix: str = ""

    def add(self, path: str, problem: str, *, value: object = _MISSING, remedy: str = "") -> None:
        """Note one fault under the present prefix."""
        self._found.append(_fault(join(self._prefix, path), problem, value, remedy))

    def include(self, error: InvalidInput | ConfigurationError) -> None:
        """Note all faults of an error that a parser raised; their paths go under the present prefix."""
        for fault in error.faults:
            self._found.append(attrs.evolve(fault, path=join(self._prefix, fault.path)))

    @contextmanager
    def at(self, *parts: str | int) -> Iterator[None]:
        """Put `parts` in front of every path noted inside the block."""
        outer = self._prefix
        self._prefix = join(outer, *parts)
        try:
            yield
        finally:
            self._prefix = outer

    def raise_if_any(self, error: type[InvalidInput] | type[ConfigurationError] = InvalidInput) -> None:
        """Raise `error` with everything noted so far; do nothing when there is nothing."""
        if self._found:
            raise error(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._found)


class NotFound(LarabillError):
    """There is no `kind` with this id, or the actor may not know that there is.

    `remedy` may name what there is: it is for operators, and no answer over HTTP shows it.
    """

    code = "not-found"
    status = 404

    def __init__(self, kind: str, id: object, remedy: str = "") -> None:
        super().__init__(kind, id, remedy)
        self.kind = kind
        self.id = id
        self.remedy = remedy

    @property
    def plain(self) -> str:
        """The message without its remedy."""
        return f"there is no {self.kind} {self.id}"

    def __str__(self) -> str:
        return f"{self.plain}; {self.remedy}" if self.remedy else self.plain


class Forbidden(LarabillError):
    """The actor lacks the ability."""

    code = "forbidden"
    status = 403

    def __init__(self, ability: str, actor: str) -> None:
        super().__init__(ability, actor)
        self.ability = ability
        self.actor = actor

    def __str__(self) -> str:
        return f"{self.actor} may not {self.ability}"


class Conflict(LarabillError):
    """The request is well formed, but the present state forbids it: what, why, and the remedy."""

    code = "conflict"
    status = 409

    def __init__(self, what: str, why: str, remedy: str = "") -> None:
        super().__init__(what, why, remedy)
        self.what = what
        self.why = why
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.what}: {self.why}" + (f"; {self.remedy}" if self.remedy else "")


class IllegalTransition(Conflict):
    """The transition table has no edge for (state, event); `allowed` names the events that it has."""

    code = "illegal-transition"

    def __init__(self, kind: str, id: object, state: str, event: str, allowed: Sequence[str]) -> None:
        known = ", ".join(allowed)
        super().__init__(
            f"{kind} {id}",
            f"'{event}' is not possible while it is {state}",
            f"possible now: {known}" if known else "nothing is possible any more: the state is final",
        )
        self.args = (kind, id, state, event, tuple(allowed))
        self.kind = kind
        self.id = id
        self.state = state
        self.event = event
        self.allowed = tuple(allowed)


class StaleVersion(Conflict):
    """Somebody else changed the row between our read and our write."""

    code = "stale-version"

    def __init__(self, kind: str, id: object) -> None:
        super().__init__(f"{kind} {id}", "it was changed in the meantime", "read it again and repeat")
        self.args = (kind, id)
        self.kind = kind
        self.id = id


class AlreadyExists(Conflict):
    """A unique key is taken."""

    code = "already-exists"

    def __init__(self, kind: str, key: object) -> None:
        super().__init__(f"{kind} {key}", "it exists already", "use another key, or the one that exists")
        self.args = (kind, key)
        self.kind = kind
        self.key = key


class _Because(LarabillError):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


class Unverified(_Because):
    """A webhook is not believed: unsigned, stale, replayed, or for something else."""

    code = "unverified"
    status = 400


class Parked(_Because):
    """Raised by a job's handler: the job waits in the operator's list, with the reason."""

    code = "parked"


class RetryLater(LarabillError):
    """Raised by a job's handler: try again; not before `after` when given, else by the job's own backoff."""

    code = "retry-later"
    status = 503

    def __init__(self, reason: str, after: timedelta | None = None) -> None:
        super().__init__(reason, after)
        self.reason = reason
        self.after = after

    def __str__(self) -> str:
        return self.reason if self.after is None else f"{self.reason}; not before {self.after} have passed"


class ConcurrencyError(_Because):
    """The whole transaction must be run again: deadlock, serialization failure or lock timeout."""

    code = "concurrency"
    status = 503


class DatabaseUnavailable(_Because):
    """The database cannot be reached, or went away in the middle."""

    code = "database-unavailable"
    status = 503


class LeaseLost(LarabillError):
    """The job's lease ran out and its fence moved on: what this worker has in hand may not be written."""

    code = "lease-lost"

    def __init__(self, job: object) -> None:
        super().__init__(job)
        self.job = job

    def __str__(self) -> str:
        return f"the lease of job {self.job} is no longer ours"
