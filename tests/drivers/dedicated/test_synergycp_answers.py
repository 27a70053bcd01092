"""SynergyCP wants its key in the query, and its word counts whatever the status."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import quote, quote_plus

import httpx
import pytest
from tests.drivers.asking import resource_request
from tests.drivers.dedicated.synergycp_panel import (
    REF,
    Saying,
    built,
    opened,
    request,
    said,
)

from larabill_core.contracts.outcome import Failed, Unknown
from larabill_core.errors import InvalidInput, RetryLater
from larabill_core.privacy import Secret
from larabill_drivers.dedicated.synergycp.fake import KEY, FakeSynergyCp
from larabill_drivers.dedicated.synergycp.settings import SynergyCpSettings
from larabill_drivers.world.serving import InProcess

# The key, which stands in every URL


def test_the_key_is_shown_nowhere(panel: FakeSynergyCp, caplog: pytest.LogCaptureFixture) -> None:
    """I12: not by a panel that repeats the URL, nor by what httpx raises, logs or shows."""
    spelt = (KEY, quote(KEY, safe=""), quote_plus(KEY), quote(KEY, safe="").replace("%2B", "%2b"))
    seen: list[httpx.Request] = []

    def repeats(asked: httpx.Request) -> httpx.Response:
        seen.append(asked)
        text = " ".join([*spelt, asked.url.query.decode()])
        return said(400, {"error": True, "messages": [{"text": text}], "data": None})

    def breaks(asked: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout(f"no answer from {asked.url.copy_with()} {asked.url.query.decode()}", request=asked)

    caplog.set_level(logging.DEBUG)
    shown: list[str] = []
    for answer in (repeats, breaks):
        driver = opened(panel, Saying(answer))
        resource = resource_request(REF, "1")
        ends = [driver.provision(request()), driver.suspend(resource), driver.deprovision(resource)]
        with pytest.raises(RetryLater) as caught:
            driver.find(REF)
        shown += [repr(ends), repr(caught.value), str(caught.value), repr(driver), repr(vars(driver))]
    driver = opened(panel)
    shown += [repr(driver.provision(request())), repr(driver._settings), repr(seen), *map(str, seen)]
    shown += [record.getMessage() for record in caplog.records]
    assert any("HTTP Request" in line for line in shown), "httpx has logged nothing"
    assert seen[0].url.params["key"] == KEY, "the panel still gets it"
    for secret in (*spelt, "0123456789"):
        assert not [line for line in shown if secret in line]


def test_a_key_is_printable_and_long_enough() -> None:
    for key in ("short", "with space in it", "line\nbreak-01234"):
        with pytest.raises(InvalidInput, match="api_key") as caught:
            SynergyCpSettings(base_url="https://api.example.com", api_key=Secret(key))
        assert key not in str(caught.value)


# What is no success


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, {"data": {"id": 1}}),
        (200, {"error": None, "data": {"id": 1}}),
        (200, {"error": 0, "data": {"id": 1}}),
        (200, {"error": True, "messages": [], "data": {"id": 1}}),
        (400, {"error": False, "messages": [], "data": {"id": 1}}),
        (400, {"message": "of a proxy"}),
        (404, [1]),
        (500, {"error": True, "messages": [{"text": "Whoops"}], "data": None}),
    ],
)
def test_what_is_neither_a_yes_nor_a_no_is_unknown(panel: FakeSynergyCp, status: int, body: Any) -> None:
    driver = opened(panel, wipe=True)
    resource = built(driver)

    def answers(asked: httpx.Request) -> httpx.Response:
        return said(status, body) if asked.method == "PATCH" else InProcess(panel).handle_request(asked)

    for end in (
        opened(panel, Saying(answers), wipe=True).deprovision(resource),
        opened(panel, Saying(answers)).suspend(resource),
    ):
        assert isinstance(end, Unknown), end


@pytest.mark.parametrize("error", [True, "The field is required."])
@pytest.mark.parametrize("status", [200, 400, 404, 422])
def test_a_no_is_one_under_any_status(panel: FakeSynergyCp, status: int, error: Any) -> None:
    driver = opened(panel)
    resource = built(driver)
    no = {"error": error, "messages": [{"text": "It is locked.", "category": "danger"}], "data": None}

    def answers(asked: httpx.Request) -> httpx.Response:
        return said(status, no) if asked.method == "PATCH" else InProcess(panel).handle_request(asked)

    end = opened(panel, Saying(answers)).suspend(resource)
    assert end == Failed(reason=f"the panel answered {status}: It is locked.", code=str(status))
