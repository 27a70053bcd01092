"""Operations of the API: exchange_rates. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from datetime import date

from larabill_client.models.exchange_rates import LoadedRates, PutRates, RateList
from larabill_client.transport import Transport


class ExchangeRatesApi(Transport):
    """Operations under /exchange-rates."""

    def list_exchange_rates(self, *, source: str, first: date, last: date) -> RateList:
        """The exchange rates of a source.

        Needs `ledger.read`.
        """
        return self._ask(RateList, "GET", "/exchange-rates", query={"source": source, "first": first, "last": last})

    def put_exchange_rates(self, body: PutRates) -> LoadedRates:
        """Store exchange rates; what is known already stays as it is.

        Needs `ledger.write`.
        """
        return self._ask(LoadedRates, "PUT", "/exchange-rates", body=body)
