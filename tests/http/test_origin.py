"""Changes that a foreign page makes a browser send (B31)."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from larabill_core.http.origin import require_own_origin
from larabill_core.http.problems import HttpError
from larabill_core.http.request import Request


def change(headers: Mapping[str, str]) -> Request:
    return Request(
        method="POST",
        template="/orders",
        path={},
        query="",
        headers=headers,
        body=b"",
        host="shop.test",
        remote="203.0.113.9",
        actor=None,
    )


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": "Bearer x", "cookie": "session=1"},
        {"authorization": "Basic x", "origin": "https://shop.test"},
        {"cookie": "session=1", "sec-fetch-site": "same-origin"},
        {"cookie": "session=1", "origin": "https://SHOP.test"},
    ],
)
def test_a_change_from_this_site_or_without_a_cookie_goes_on(headers: Mapping[str, str]) -> None:
    require_own_origin(change(headers))


@pytest.mark.parametrize(
    "said", [{"cookie": "session=1"}, {"authorization": "basic x"}, {"authorization": "Negotiate x"}]
)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "cross-site", "origin": "https://shop.test"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.test"},
        {"origin": "https://shop.test.evil.test"},
        {"origin": "null"},
        {"origin": "http://["},
        {"origin": ""},
    ],
)
def test_what_a_browser_adds_by_itself_must_come_from_this_site(
    headers: Mapping[str, str], said: Mapping[str, str]
) -> None:
    with pytest.raises(HttpError) as refused:
        require_own_origin(change({**said, **headers}))
    assert refused.value.http_status == 403
