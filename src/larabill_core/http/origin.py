"""Requests that a foreign page makes a browser send (CSRF): refused where the browser adds who is logged in by itself.

That is a cookie, and a password that it has asked for (`Authorization: Basic`), maybe by order of a proxy. A browser
says where a request comes from (`Sec-Fetch-Site`, `Origin`) whenever it changes something, and no page can forge that.
So with such and without either the request is refused; with a token in `Authorization` no cookie speaks.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from larabill_core.http.problems import HttpError
from larabill_core.http.request import Request

BY_ITSELF: Final = ("basic", "digest", "negotiate", "ntlm")
"""Schemes of `Authorization` that browsers add unasked (RFC 7617, 7616, 4559)."""


def require_own_origin(request: Request) -> None:
    """Raises `HttpError` 403 for a change that comes from elsewhere."""
    headers = request.headers
    scheme = headers.get("authorization", "").partition(" ")[0].lower()
    if scheme not in BY_ITSELF and ("authorization" in headers or "cookie" not in headers):
        return
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None:
        fits = site in ("same-origin", "none")
    else:
        fits = origin is not None and _host(origin) == request.host.lower()
    if not fits:
        raise HttpError(
            403,
            "foreign-origin",
            "a change with a cookie or password must come from this site: send its Origin, or use a token",
        )


def _host(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return None
