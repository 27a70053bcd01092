"""What a command's exit code and its JSON mean, in our five words. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from larabill_core.contracts.metrics import Reading
from larabill_core.contracts.outcome import Done, Failed, Outcome, Pending, Unknown
from larabill_core.contracts.provisioner import Found, RemoteStatus
from larabill_core.errors import InvalidInput, RetryLater
from larabill_core.privacy import Secret, is_secret_key, redact_text
from larabill_drivers.cloud.generic_ssh.commands import REF, USER
from larabill_drivers.cloud.generic_ssh.transport import Reply
from larabill_drivers.strict_json import decode_object

DONE, NOT_FOUND, ALREADY, PENDING, TEMPORARY, SSH_ERROR = 0, 3, 4, 5, 75, 255
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_NOT_FACTS = ("state", "reason")
_LONGEST_FACT = 500


def outcome(operation: str, reply: Reply, *, ref: str, address: str) -> Outcome:
    """How an operation ended. `address` becomes a fact of what stands."""
    match reply.code:
        case 0 | 4 | 5:
            try:
                answer = decode_object(reply.output, "stdout")
            except InvalidInput as problem:
                return Unknown(reason=f"{operation} exits with {reply.code}, but {problem}")
            return _ended(operation, reply.code, answer, ref, address)
        case 3 if operation == "deprovision":
            return Done()
        case 3:
            return Failed(reason=f"{operation}: {_why(reply) or 'not found'}", code="not_found")
        case 75:
            return Failed(reason=f"{operation}: {_why(reply) or 'not now'}", retryable=True, code="temporary")
        case 255:
            return Unknown(reason=f"{operation} exits with 255, which is SSH's own: {_why(reply)}")
        case code:
            return Failed(reason=f"{operation} exits with {code}: {_why(reply)}", code=f"exit_{code}")


def _ended(operation: str, code: int, answer: Mapping[str, Any], ref: str, address: str) -> Outcome:
    status, id = answer.get("status"), _external_id(answer, ref)
    if id is None:
        return Unknown(reason=f"{operation} answers with an external_id that is no account name")
    if (code, status) in ((DONE, "pending"), (PENDING, "pending"), (PENDING, "ok")):
        return Pending(handle=f"{operation}:{id}")
    if status != "ok":
        return Unknown(reason=f"{operation} exits with {code}, but its status is not ok")
    details = answer.get("details")
    facts, secrets = _details(details if isinstance(details, dict) else {})
    return Done(ref=id, facts={"address": address, "user_name": id, **facts}, secrets=secrets)


def found(reply: Reply, ref: str, address: str) -> Found | None:
    """What `status` saw. Raises `RetryLater` for every answer that is neither "here it is" nor "there is none"."""
    if reply.code == NOT_FOUND:
        return None
    if reply.code not in (DONE, ALREADY, PENDING):
        raise RetryLater(f"status exits with {reply.code}: {_why(reply)}")
    answer = _readable(reply, "status")
    id, details = _external_id(answer, ref), answer.get("details")
    state = "building" if reply.code == PENDING or answer.get("status") == "pending" else None
    state = state or (details.get("state") if isinstance(details, dict) else None)
    if id is None or state not in set(RemoteStatus):
        raise RetryLater("status answers without a state that we know, or with a bad external_id")
    facts, _ = _details(details if isinstance(details, dict) else {})
    status = RemoteStatus(state)
    return Found(ref=ref, driver_ref=id, status=status, facts={"address": address, "user_name": id, **facts})


def progress(handle: str, there: Found | None) -> Outcome:
    """How the operation in `handle` stands, by what `status` sees now."""
    operation, _, id = handle.partition(":")
    wanted = {"suspend": (RemoteStatus.SUSPENDED,), "resume": (RemoteStatus.ACTIVE,)}
    if there is None:
        if operation == "deprovision":
            return Done(ref=id)
        return Unknown(reason=f"{operation} was pending, and now the resource is not there")
    if operation == "deprovision" or there.status is RemoteStatus.BUILDING:
        return Pending(handle=handle)
    if there.status not in wanted.get(operation, tuple(RemoteStatus)):
        return Pending(handle=handle)
    return Done(ref=there.driver_ref, facts=there.facts)


def listed(reply: Reply) -> list[Found]:
    """What carries one of our refs. Raises `RetryLater` for an answer that is no whole list."""
    if reply.code != DONE:
        raise RetryLater(f"list exits with {reply.code}: {_why(reply)}")
    resources = _readable(reply, "list").get("resources")
    if not isinstance(resources, list):
        raise RetryLater("list answers without resources")
    things: list[Found] = []
    for item in resources:
        ref = item.get("ref") if isinstance(item, dict) else None
        if not isinstance(ref, str) or not REF.fullmatch(ref):
            continue
        id = _external_id(item, ref)
        if id is None or item.get("state") not in set(RemoteStatus):
            raise RetryLater("list answers with a bad external_id or state")
        things.append(Found(ref=ref, driver_ref=id, status=RemoteStatus(item["state"])))
    return things


def readings(reply: Reply) -> list[Reading]:
    """What `usage` measured. Raises `RetryLater`."""
    if reply.code != DONE:
        raise RetryLater(f"usage exits with {reply.code}: {_why(reply)}")
    metrics = _readable(reply, "usage").get("metrics")
    try:
        return [_reading(item) for item in metrics or ()]
    except (TypeError, ValueError, KeyError, AttributeError, InvalidOperation):
        raise RetryLater("usage answers with a metric that cannot be read") from None


def _reading(item: Mapping[str, Any]) -> Reading:
    value = Decimal(str(item["value"]))
    if not _NAME.fullmatch(item["metric"]) or not value.is_finite() or value < 0 or isinstance(item["value"], bool):
        raise ValueError("no metric")
    kind = item["kind"]
    if kind not in ("counter", "gauge") or not _NAME.fullmatch(item["unit"].lower()):
        raise ValueError("no kind or unit")
    return Reading(metric=item["metric"], value=value, unit=item["unit"], kind=kind)


def _readable(reply: Reply, operation: str) -> dict[str, Any]:
    try:
        return decode_object(reply.output, "stdout")
    except InvalidInput as problem:
        raise RetryLater(f"{operation}: {problem}") from None


def _external_id(answer: Mapping[str, Any], ref: str) -> str | None:
    id = answer.get("external_id", ref)
    return id if isinstance(id, str) and USER.fullmatch(id) else None


def _details(details: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, Secret]]:
    """Facts, and what is secret by its name."""
    facts: dict[str, str] = {}
    secrets: dict[str, Secret] = {}
    for name, value in details.items():
        if not _NAME.fullmatch(name) or name in _NOT_FACTS or not isinstance(value, str | int):
            continue
        text = str(value).lower() if isinstance(value, bool) else str(value)
        if is_secret_key(name):
            if text:
                secrets[name] = Secret(text)
        elif len(text) <= _LONGEST_FACT and text.isprintable():
            facts[name] = text
    return facts, secrets


def _why(reply: Reply) -> str:
    """The command's own words: details.reason, else the last line of stderr; redacted."""
    try:
        details = decode_object(reply.output).get("details")
        reason = details.get("reason") if isinstance(details, dict) else None
    except InvalidInput:
        reason = None
    lines = reply.errors.strip().splitlines()
    return redact_text(str(reason or (lines[-1] if lines else "no reason given")))[:300]
