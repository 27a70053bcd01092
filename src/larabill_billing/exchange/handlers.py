"""Load exchange rates, fetch them where they are published, and look one up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any, Final

import attrs

from larabill_billing.exchange.model import Rate, StoredRate, check_source
from larabill_billing.exchange.ports import ExchangeTx
from larabill_billing.exchange.rates import LONGEST, find_rate
from larabill_billing.settings import settings_of
from larabill_core.clock import local_date
from larabill_core.contracts.rates import ExchangeRates, PublishedRate
from larabill_core.errors import Conflict, Faults, InvalidInput
from larabill_core.ids import new_id
from larabill_core.jobs import Job
from larabill_core.messages import Nothing

AT_ONCE: Final = 5_000


@attrs.frozen
class Loaded:
    """How many rates were new, and how many were known already."""

    new: int
    known: int


def load(tx: ExchangeTx, source: str, rates: Sequence[PublishedRate]) -> Loaded:
    """Store rates under the name of their source. What is known already stays as it is.

    Raises `InvalidInput`, also when a rate differs from the one that is stored for its day: documents refer to it. All
    or nothing.
    """
    faults = Faults()
    check_source(source, "source", faults)
    faults.raise_if_any()
    ordered = sorted(rates, key=lambda rate: (rate.on, rate.base, rate.quote))
    added = 0
    for start in range(0, len(ordered), AT_ONCE):
        part = ordered[start : start + AT_ONCE]
        known = {_key(each): each.rate for each in tx.billing.exchange_rates.between(source, part[0].on, part[-1].on)}
        fresh: list[StoredRate] = []
        for rate in part:
            key = _key(rate)
            if key not in known:
                known[key] = rate.rate
                fresh.append(_stored(tx, source, rate))
            elif known[key] != rate.rate:
                with faults.at(f"{rate.on} {rate.base}/{rate.quote}"):
                    faults.add("rate", f"is {known[key].normalize():f} already", value=rate.rate, remedy=_REMEDY)
        tx.billing.exchange_rates.add_new(fresh)
        added += len(fresh)
    faults.raise_if_any()
    return Loaded(added, len(ordered) - added)


_REMEDY: Final = "load corrected rates under another name of the source"


def _key(rate: PublishedRate | StoredRate) -> tuple[date, str, str]:
    return rate.on, rate.base, rate.quote


def _stored(tx: ExchangeTx, source: str, rate: PublishedRate) -> StoredRate:
    return StoredRate(
        id=new_id(),
        seller_id=tx.seller_id,
        source=source,
        base=rate.base,
        quote=rate.quote,
        on=rate.on,
        rate=rate.rate,
        loaded_at=tx.now,
    )


def rate_of(tx: ExchangeTx, base: str, quote: str, on: date) -> Rate:
    """What one unit of `base` was worth in `quote` on a day: the newest rate of that day or before, never a later one.

    Raises `Conflict` when none is known, or none that is recent enough; `InvalidInput` when no source is configured.
    """
    settings = settings_of(tx).exchange
    if settings is None:
        raise InvalidInput.one("billing.exchange", "is missing", remedy="name the source of your exchange rates")
    stored = tx.billing.exchange_rates.between(settings.source, on - LONGEST, on, currencies=(base, quote))
    found = find_rate(stored, base, quote, on)
    if found is None:
        raise Conflict(
            f"exchange rate {base} to {quote}",
            f"{settings.source} has none for {on} or the {LONGEST.days} days before",
            "load it: larabill rates load FILE, or larabill rates fetch",
        )
    return found


def fetch(engine: Any) -> Loaded:
    """Ask the configured account for what was published since the newest stored rate, for every seller.

    Raises `RetryLater` when it cannot be asked now.
    """
    settings = engine.manifest.settings["billing"].exchange
    if settings is None or not settings.account:
        return Loaded(0, 0)
    driver = engine.drivers.get(settings.account)
    if not isinstance(driver, ExchangeRates):
        raise InvalidInput.one(
            "billing.exchange.account", "publishes no exchange rates", settings.account, "name an account of ecb_rates"
        )
    new = known = 0
    for seller in engine.run(lambda tx: tx.billing.sellers.all()):
        newest = engine.run(lambda tx: tx.billing.exchange_rates.newest(settings.source), seller=seller.id)
        today = local_date(engine.clock.now(), seller.time_zone)
        since = today - LONGEST if newest is None else newest + timedelta(days=1)
        published = driver.exchange_rates(since)
        loaded = engine.run(partial(load, source=settings.source, rates=published), seller=seller.id)
        new, known = new + loaded.new, known + loaded.known
    return Loaded(new, known)


def fetch_rates(engine: Any, payload: Nothing, job: Job) -> None:
    """The scheduled job."""
    fetch(engine)
