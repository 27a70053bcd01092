"""A pretended VIES with a memory, as a WSGI application: for tests and demonstrations."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any, Final
from wsgiref.types import StartResponse, WSGIEnvironment

import httpx

PATH: Final = "/check-vat-number"
_FIELDS: Final = {"countryCode", "vatNumber", "requesterMemberStateCode", "requesterNumber"}


class FakeVies:
    """`ids` exist. `script` what it says next instead of the truth, one entry for each question.

    An entry is an error code of VIES ("MS_UNAVAILABLE", "TIMEOUT"), a status to answer with, "garbage", or "silence":
    no answer at all, which needs the `transport`. `asked` is what was asked, in order.
    """

    def __init__(self, *ids: str) -> None:
        self.ids = set(ids)
        self.script: list[str | int] = []
        self.asked: list[dict[str, str]] = []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        size = int(environ.get("CONTENT_LENGTH") or 0)
        status, body = self._answer(environ, environ["wsgi.input"].read(size))
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(data)))]
        start_response(f"{status} {'OK' if status == 200 else 'no'}", headers)
        return [data]

    @property
    def transport(self) -> httpx.BaseTransport:
        """Reaches this application without a network, and can be silent."""
        return _Transport(self)

    def _answer(self, environ: WSGIEnvironment, data: bytes) -> tuple[int, Any]:
        if not str(environ["PATH_INFO"]).endswith(PATH) or environ["REQUEST_METHOD"] != "POST":
            return 404, {}
        question = json.loads(data)
        if not set(question) <= _FIELDS or not {"countryCode", "vatNumber"} <= set(question):
            return 400, _error("INVALID_INPUT")
        self.asked.append(question)
        said = self.script.pop(0) if self.script else None
        if isinstance(said, int):
            return said, {}
        if said == "garbage":
            return 200, b"<html>maintenance</html>"
        if said is not None:
            return 200, _error(said)
        return 200, self._truth(question)

    def _truth(self, question: dict[str, str]) -> dict[str, Any]:
        valid = question["countryCode"] + question["vatNumber"] in self.ids
        proof = f"WAPIAAAA{len(self.asked):08}" if "requesterNumber" in question else ""
        return {
            "countryCode": question["countryCode"],
            "vatNumber": question["vatNumber"],
            "requestDate": "2026-01-01T00:00:00.000Z",
            "valid": valid,
            "requestIdentifier": proof,
            "name": "EXAMPLE LTD" if valid else "---",
            "address": "1 EXAMPLE STREET" if valid else "---",
        }


def _error(code: str) -> dict[str, Any]:
    return {"actionSucceed": False, "errorWrappers": [{"error": code, "message": ""}]}


class _Transport(httpx.BaseTransport):
    def __init__(self, app: FakeVies) -> None:
        self._app = app
        self._wsgi = httpx.WSGITransport(app=_typed(app))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self._app.script[:1] == ["silence"]:
            self._app.script.pop(0)
            raise httpx.ReadTimeout("no answer", request=request)
        return self._wsgi.handle_request(request)


def _typed(app: Callable[..., Iterable[bytes]]) -> Any:
    return app
