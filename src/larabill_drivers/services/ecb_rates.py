"""The euro's reference rates of the European Central Bank, which it publishes on working days at about 16:00 CET.

From the ECB Data Portal (https://data.ecb.europa.eu/help/api/data), dataflow EXR, key D..EUR.SP00.A: daily, all
currencies against the euro, spot, average; as CSV. No key and no account are needed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

import attrs
import httpx

from larabill_core.clock import Clock, parse_date
from larabill_core.contracts.rates import PublishedRate
from larabill_core.errors import Faults, InvalidInput, RetryLater
from larabill_core.money import CURRENCY_CODES, UNIT_PRICE_PLACES, parse_decimal
from larabill_drivers.http import HttpClient, Lost, NotSent

_COLUMNS: Final = ("CURRENCY", "CURRENCY_DENOM", "TIME_PERIOD", "OBS_VALUE")


@attrs.frozen(kw_only=True)
class EcbRatesSettings:
    """`base_url`: another place that answers as the ECB does."""

    base_url: str = "https://data-api.ecb.europa.eu/service"


class EcbRates:
    """Implements `larabill_core.contracts.rates.ExchangeRates`."""

    name = "ecb_rates"
    dedupes = True

    def __init__(
        self,
        settings: EcbRatesSettings,
        account: str,
        clock: Clock,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.account = account
        self._clock = clock
        self._http = HttpClient(settings.base_url, headers={"Accept": "text/csv"}, transport=transport)

    def ref_for(self, subject_id: UUID) -> str:
        """Nothing is made at the bank, so nothing is called anything."""
        return str(subject_id)

    def exchange_rates(self, since: date) -> Sequence[PublishedRate]:
        """Raises `RetryLater`; `InvalidInput` for an answer that is no table of rates."""
        query = {"startPeriod": since.isoformat(), "detail": "dataonly", "format": "csvdata"}
        try:
            answer = self._http.request("GET", "/data/EXR/D..EUR.SP00.A", query=query)
        except (Lost, NotSent) as problem:
            raise RetryLater(f"the ECB cannot be asked: {problem}") from None
        if answer.status == 404:
            return []  # nothing was published since
        if answer.status != 200:
            raise RetryLater(f"the ECB answered {answer.status}", answer.retry_after(self._clock.now()))
        return _parse(answer.body)


def _parse(body: bytes) -> list[PublishedRate]:
    try:
        rows = csv.DictReader(io.StringIO(body.decode("utf-8"), newline=""))
        table = [*rows]
    except (UnicodeDecodeError, csv.Error):
        raise InvalidInput.one("answer", "is no CSV") from None
    if not set(_COLUMNS) <= set(rows.fieldnames or ()):
        raise InvalidInput.one("answer", "has other columns", ", ".join(rows.fieldnames or ()), ", ".join(_COLUMNS))
    faults = Faults()
    found = []
    for number, row in enumerate(table, 2):
        if row["CURRENCY"] not in CURRENCY_CODES or row["CURRENCY_DENOM"] != "EUR" or row["OBS_VALUE"] in ("", "NaN"):
            continue  # currencies that are gone, and days without a rate
        try:
            found.append(
                PublishedRate(
                    base="EUR",
                    quote=row["CURRENCY"],
                    on=parse_date(row["TIME_PERIOD"], f"answer.lines[{number}].TIME_PERIOD"),
                    rate=parse_decimal(
                        row["OBS_VALUE"], places=UNIT_PRICE_PLACES, path=f"answer.lines[{number}].OBS_VALUE", minimum=0
                    ),
                )
            )
        except InvalidInput as problem:
            faults.include(problem)
    faults.raise_if_any()
    return found
