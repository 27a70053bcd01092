"""The ECB's rates: a small WSGI application answers as its data portal does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

import attrs
import httpx
import pytest

from larabill_core.contracts.provider import capabilities
from larabill_core.contracts.rates import PublishedRate
from larabill_core.errors import InvalidInput, RetryLater
from larabill_core.testing.clock import ManualClock
from larabill_drivers.services.ecb_rates import EcbRates, EcbRatesSettings

HEAD = "KEY,FREQ,CURRENCY,CURRENCY_DENOM,EXR_TYPE,EXR_SUFFIX,TIME_PERIOD,OBS_VALUE\r\n"
SINCE = date(2026, 1, 29)


@attrs.define
class Portal:
    """What the bank has published: (currency, day, value)."""

    rows: list[tuple[str, str, str]] = attrs.Factory(list)
    status: str = "200 OK"
    head: str = HEAD
    asked: list[str] = attrs.Factory(list)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        query = parse_qs(environ["QUERY_STRING"])
        self.asked.append(environ["PATH_INFO"])
        assert query["format"] == ["csvdata"]
        since = query["startPeriod"][0]
        body = self.head + "".join(
            f"EXR.D.{currency}.EUR.SP00.A,D,{currency},EUR,SP00,A,{day},{value}\r\n"
            for currency, day, value in self.rows
            if day >= since
        )
        headers = [("Content-Type", "text/csv"), ("Retry-After", "60")]
        start_response(self.status, headers)
        return [body.encode()]


def _driver(portal: Portal, clock: ManualClock) -> EcbRates:
    settings = EcbRatesSettings(base_url="https://rates.example/service")
    return EcbRates(settings, "ecb", clock, transport=httpx.WSGITransport(app=portal))


def test_rates_since_a_day(clock: ManualClock) -> None:
    portal = Portal(
        [
            ("USD", "2026-01-28", "1.0700"),
            ("USD", "2026-01-29", "1.0835"),
            ("JPY", "2026-01-29", "161.25"),
            ("USD", "2026-01-30", "1.0900"),
        ]
    )
    driver = _driver(portal, clock)
    assert driver.exchange_rates(SINCE) == [
        PublishedRate(base="EUR", quote="USD", on=SINCE, rate=Decimal("1.0835")),
        PublishedRate(base="EUR", quote="JPY", on=SINCE, rate=Decimal("161.25")),
        PublishedRate(base="EUR", quote="USD", on=SINCE + timedelta(days=1), rate=Decimal("1.0900")),
    ]
    assert portal.asked == ["/service/data/EXR/D..EUR.SP00.A"]
    assert "rates" in capabilities(driver)


def test_currencies_that_are_gone_and_days_without_a_rate_are_left_out(clock: ManualClock) -> None:
    portal = Portal([("DEM", "2026-01-29", "1.95583"), ("USD", "2026-01-29", ""), ("GBP", "2026-01-29", "NaN")])
    assert _driver(portal, clock).exchange_rates(SINCE) == []


def test_nothing_new_is_no_error(clock: ManualClock) -> None:
    assert _driver(Portal(status="404 Not Found"), clock).exchange_rates(SINCE) == []


def test_when_it_cannot_be_asked_it_is_asked_again(clock: ManualClock) -> None:
    with pytest.raises(RetryLater, match="503") as caught:
        _driver(Portal(status="503 Service Unavailable"), clock).exchange_rates(SINCE)
    assert caught.value.after == timedelta(seconds=60)

    def lost(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("slow")

    driver = EcbRates(EcbRatesSettings(), "ecb", clock, transport=httpx.MockTransport(lost))
    with pytest.raises(RetryLater, match="cannot be asked"):
        driver.exchange_rates(SINCE)


@pytest.mark.parametrize(("head", "rows"), [("<html>\r\n", []), (HEAD, [("USD", "2026-01-29", "-1")])])
def test_an_answer_that_is_no_table_of_rates_is_refused(
    head: str, rows: list[tuple[str, str, str]], clock: ManualClock
) -> None:
    with pytest.raises(InvalidInput, match="answer"):
        _driver(Portal(rows, head=head), clock).exchange_rates(SINCE)
