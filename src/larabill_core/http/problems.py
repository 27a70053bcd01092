"""Errors as RFC 9457 problems, with every fault of the input at once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, Final

import msgspec

from larabill_core.errors import ConfigurationError, InvalidInput, LarabillError, NotFound, RetryLater

MEDIA_TYPE: Final = "application/problem+json"
_STEP: Final = re.compile(r"\[(\d+)\]|\['([^']*)'\]|\.?([^.\[\]]+)")


class FieldError(msgspec.Struct, frozen=True, omit_defaults=True):
    """One fault: where (a JSON Pointer into the body, or the name of a parameter or header), what, and the remedy."""

    detail: str
    pointer: str = ""
    parameter: str = ""
    header: str = ""
    remedy: str = ""
    value: str = ""


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """The body of every answer that is no success. `code` is stable; `request_id` is what the log is searched for."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    errors: tuple[FieldError, ...] = ()


class HttpError(LarabillError):
    """What is wrong with a request before any use case is asked: status, code, detail, faults, headers to answer."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        errors: tuple[FieldError, ...] = (),
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        super().__init__(status, code, detail, errors, headers)
        self.http_status = status
        self.problem_code = code
        self.detail = detail
        self.errors = errors
        self.headers = headers

    def __str__(self) -> str:
        return self.detail


def problem_of(error: LarabillError, request_id: str) -> Problem:
    """The problem that says it. What went wrong on our side is named by its code only."""
    if isinstance(error, HttpError):
        return _problem(error.http_status, error.problem_code, error.detail, request_id, error.errors)
    if isinstance(error, InvalidInput):
        found = tuple(
            FieldError(
                pointer=pointer_of(fault.path), detail=fault.problem, remedy=fault.remedy, value=fault.value or ""
            )
            for fault in error.faults
        )
        return _problem(error.status, error.code, "the input breaks a rule", request_id, found)
    if isinstance(error, NotFound):
        return _problem(error.status, error.code, error.plain, request_id)
    if error.status >= 500 and (isinstance(error, ConfigurationError) or error.status != 503):
        return internal(request_id)
    detail = "try again in a moment" if error.status == 503 else str(error)
    return _problem(error.status, error.code, detail, request_id)


def internal(request_id: str) -> Problem:
    """What is said of an error that nobody expected: nothing but where to look."""
    return _problem(500, "internal", "something went wrong here; the log has it under the request id", request_id)


def retry_after(error: LarabillError) -> int | None:
    """Seconds to wait, for an error that passes."""
    if error.status != 503:
        return None
    after = error.after if isinstance(error, RetryLater) else None
    return max(1, int(after.total_seconds())) if after is not None else 1


def pointer_of(path: str) -> str:
    """The JSON Pointer (RFC 6901) of a key path: `items[0].code` is `/items/0/code`."""
    return pointer_to([index or quoted or name for index, quoted, name in _STEP.findall(path)])


def pointer_to(steps: Iterable[str | int]) -> str:
    """The JSON Pointer of names and positions, from the outside in."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def encoded(problem: Problem) -> bytes:
    """The problem as JSON."""
    return msgspec.json.encode(problem)


def _problem(status: int, code: str, detail: str, request_id: str, errors: Any = ()) -> Problem:
    return Problem(
        type=f"urn:larabill:problem:{code}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        code=code,
        request_id=request_id,
        errors=errors,
    )
