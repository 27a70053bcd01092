"""What a driver answered is hostile input until it has been looked at (B50, B51).

A driver is foreign code: it may answer with the wrong type, an id of ten megabytes, a secret among the public facts, or
leave by an exception that would end the worker. Here its answer becomes an outcome that can be stored, or `Unknown`
(nobody can tell what happened) or `Manual` (it was done, but what came back cannot be used).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

import attrs

from larabill_core.contracts.gateway import GatewayTransaction
from larabill_core.contracts.outcome import Done, Failed, Manual, Outcome, Pending, Unknown
from larabill_core.contracts.provisioner import Found, RemoteStatus
from larabill_core.errors import LeaseLost, RetryLater
from larabill_core.privacy import Secret, is_secret_key, redact_text

LONGEST_REF = 200
LONGEST_HANDLE = 500
LONGEST_FACT = 2_000
LONGEST_SECRET = 20_000
LONGEST_REASON = 500
LONGEST_CODE = 100
MOST_FACTS = 50
MOST_LISTED = 1_000_000
LONGEST_WAIT = timedelta(days=1)


def guarded(ask: Callable[[], object]) -> Outcome:
    """Call a driver and believe only what can be believed. An exception is `Unknown`: it may have been sent.

    SystemExit and its like are caught too, since a driver must not end the worker; KeyboardInterrupt, GeneratorExit and
    `LeaseLost` (said by `save_progress`) pass.
    """
    try:
        answer = ask()
    except (KeyboardInterrupt, GeneratorExit, LeaseLost):
        raise
    except RetryLater as problem:
        return Unknown(reason=said(str(problem)))
    except BaseException as problem:
        return Unknown(reason=said(f"the driver raised {type(problem).__name__}: {problem}"))
    return checked(answer)


def checked(answer: object) -> Outcome:
    """The outcome, if it is one and can be stored. Reasons are redacted and cut, waits limited to one day."""
    match answer:
        case Done():
            problem = _id_fault(answer.ref, LONGEST_REF) if answer.ref is not None else ""
            problem = problem or _facts_fault(answer.facts) or _secrets_fault(answer.secrets)
            return Manual(reason=f"done, says the driver, but {problem}") if problem else answer
        case Pending():
            problem = _id_fault(answer.handle, LONGEST_HANDLE)
            if problem:
                return Unknown(reason=f"pending, says the driver, but {problem}")
            return attrs.evolve(answer, poll_after=_wait(answer.poll_after))
        case Failed():
            retryable: object = answer.retryable  # declared as bool, which binds no foreign code
            if not isinstance(retryable, bool):
                return Unknown(reason="failed, says the driver, but not whether it may be tried again")
            wait = _wait(answer.retry_after)
            code = said(answer.code, empty="")[:LONGEST_CODE]
            return attrs.evolve(answer, reason=said(answer.reason), code=code, retry_after=wait)
        case Unknown() | Manual():
            return attrs.evolve(answer, reason=said(answer.reason))
        case _:
            return Unknown(reason=f"the driver answered {type(answer).__name__}, which is no outcome")


def checked_found(found: object, ref: str) -> Found | None:
    """What `find(ref)` saw. Raises `RetryLater` for an answer that cannot be believed: that is no "nothing there"."""
    if found is None:
        return None
    checked = _found(found)
    if checked.ref != ref:
        raise RetryLater("the driver found something that carries another ref")
    return checked


def checked_listing(listing: Iterable[object]) -> Iterator[Found]:
    """What `list_resources` gave, one by one and not without end. Raises `RetryLater`."""
    for number, found in enumerate(listing):
        if number >= MOST_LISTED:
            raise RetryLater(f"the driver lists more than {MOST_LISTED} resources")
        yield _found(found)


def checked_transaction(found: object, ref: str) -> GatewayTransaction | None:
    """What `find_transaction(ref)` saw. Raises `RetryLater` for an answer that cannot be believed."""
    if found is None:
        return None
    if not isinstance(found, GatewayTransaction):
        raise RetryLater(f"the gateway found {type(found).__name__}, which is no transaction")
    problem = _id_fault(found.transaction, LONGEST_REF) or _amount_fault(found.amount)
    if found.ref != ref:
        problem = "it carries another ref"
    elif found.kind not in ("payment", "refund"):
        problem = "it is neither a payment nor a refund"
    if problem:
        raise RetryLater(f"the gateway found a transaction, but {problem}")
    return found


def said(reason: object, *, empty: str = "no reason given") -> str:
    """A driver's words, fit to be stored and shown: redacted, on one line, at most 500 characters."""
    if not isinstance(reason, str):
        return empty
    text = "".join(" " if _is_control(character) else character for character in reason[: 4 * LONGEST_REASON])
    text = " ".join(redact_text(text).split())
    return text[:LONGEST_REASON] or empty


def _found(found: object) -> Found:
    if not isinstance(found, Found):
        raise RetryLater(f"the driver found {type(found).__name__}, which is not Found")
    problem = _id_fault(found.ref, LONGEST_REF) or _id_fault(found.driver_ref, LONGEST_REF)
    problem = problem or _facts_fault(found.facts)
    status: object = found.status
    if not isinstance(status, RemoteStatus):
        problem = "its status is none of ours"
    if problem:
        raise RetryLater(f"the driver found something, but {problem}")
    return found


def _id_fault(value: object, longest: int) -> str:
    if not isinstance(value, str):
        return f"the id is {type(value).__name__} and not text"
    if not value or len(value) > longest:
        return f"the id has {len(value)} characters (1 to {longest} are allowed)"
    return "the id holds control characters" if any(map(_is_control, value)) else ""


def _facts_fault(facts: object) -> str:
    if not isinstance(facts, Mapping):
        return "the facts are no mapping"
    if len(facts) > MOST_FACTS:
        return f"there are {len(facts)} facts (at most {MOST_FACTS} are allowed)"
    for name, value in facts.items():
        if _id_fault(name, 64):
            return "a fact has no usable name"
        if isinstance(value, Secret) or is_secret_key(name):
            return f"the fact {said(name)} is a secret: it belongs under secrets"
        if not isinstance(value, str) or len(value) > LONGEST_FACT or any(map(_is_control, value)):
            return f"the fact {said(name)} is no line of text of at most {LONGEST_FACT} characters"
    return ""


def _secrets_fault(secrets: Any) -> str:
    if not isinstance(secrets, Mapping) or len(secrets) > MOST_FACTS:
        return "the secrets are no mapping of reasonable size"
    for name, value in secrets.items():
        if _id_fault(name, 64):
            return "a secret has no usable name"
        if not isinstance(value, Secret) or not 0 < len(value.reveal()) <= LONGEST_SECRET:
            return f"the secret {said(name)} is no Secret of 1 to {LONGEST_SECRET} characters"
    return ""


def _amount_fault(amount: object) -> str:
    if not isinstance(amount, Decimal) or not amount.is_finite() or amount < 0:
        return "its amount is no Decimal of zero or more"
    return ""


def _wait(wait: object) -> timedelta | None:
    if not isinstance(wait, timedelta) or wait < timedelta(0):
        return None
    return min(wait, LONGEST_WAIT)


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Zl", "Zp", "Cs")
