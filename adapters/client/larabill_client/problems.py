"""What the API says when it does not do what was asked (RFC 9457)."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

import httpx
import msgspec


class FieldError(msgspec.Struct, frozen=True, kw_only=True):
    """One fault: where (a JSON Pointer into the body, or the name of a parameter or header), what, and the remedy."""

    detail: str
    pointer: str = ""
    parameter: str = ""
    header: str = ""
    remedy: str = ""
    value: str = ""


class _Problem(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    detail: str = ""
    request_id: str = ""
    errors: Sequence[FieldError] = ()


class ApiProblem(Exception):
    """An answer that is no success. `code` is stable; `errors` are all faults of what was sent; `request_id` is what
    the operator looks for in the log; `retry_after` is in seconds, where the API says so.

    What did not come from the API (a proxy's page) has the code "unexpected".
    """

    def __init__(self, response: httpx.Response) -> None:
        try:
            problem = msgspec.json.decode(response.content, type=_Problem)
        except msgspec.MsgspecError:
            problem = _Problem(code="unexpected", detail="the answer is none of the API's")
        self.status = response.status_code
        self.code = problem.code
        self.detail = problem.detail
        self.request_id = problem.request_id
        self.errors = tuple(problem.errors)
        self.retry_after = _seconds(response.headers.get("retry-after", ""))
        super().__init__(self.status, self.code)

    def __str__(self) -> str:
        lines = [f"{self.status} {_phrase(self.status)} ({self.code}): {self.detail}"]
        for error in self.errors:
            where = error.pointer or error.parameter or error.header
            remedy = f" ({error.remedy})" if error.remedy else ""
            lines.append(f"  {where}: {error.detail}{remedy}")
        return "\n".join(lines)


def _seconds(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "?"
