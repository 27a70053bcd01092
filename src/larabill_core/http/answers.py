"""What a handler gave back, as a response."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import msgspec

from larabill_core.errors import LarabillError
from larabill_core.http.endpoint import JSON, Document, Endpoint
from larabill_core.http.problems import MEDIA_TYPE, HttpError, Problem, encoded, problem_of, retry_after
from larabill_core.http.request import Response


def answered(endpoint: Endpoint, answer: Any) -> Response:
    """The response. What has a `version` gets it as its ETag."""
    if answer is None:
        return Response(status=204, headers={}, body=b"")
    if isinstance(answer, Document):
        headers = {"Content-Type": answer.media_type, "Content-Disposition": _attachment(answer.filename)}
        return Response(status=endpoint.status, headers=headers, body=answer.content)
    headers = {"Content-Type": JSON}
    version = getattr(answer, "version", None)
    if isinstance(version, int):
        headers["ETag"] = f'"{version}"'
    return Response(status=endpoint.status, headers=headers, body=msgspec.json.encode(answer))


def problem_response(error: LarabillError | Problem, request_id: str) -> Response:
    """An error as a response."""
    problem = error if isinstance(error, Problem) else problem_of(error, request_id)
    headers = {"Content-Type": MEDIA_TYPE}
    if isinstance(error, HttpError):
        headers.update(error.headers)
    elif isinstance(error, LarabillError) and (seconds := retry_after(error)) is not None:
        headers["Retry-After"] = str(seconds)
    return Response(status=problem.status, headers=headers, body=encoded(problem))


def _attachment(filename: str) -> str:
    """A file is saved, never shown by the browser as a page of this site (B30: nothing but plain characters)."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in filename)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
