"""How an amount on a line came about: in a sentence, and reckoned again from the trace alone."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Protocol

from larabill_billing.pricing import rated
from larabill_billing.proration import trace as proration
from larabill_core.money import quantize


class Explained(Protocol):
    """A charge or a line."""

    @property
    def quantity(self) -> Decimal: ...

    @property
    def unit_price(self) -> Decimal: ...

    @property
    def amount(self) -> Decimal: ...

    @property
    def currency(self) -> str: ...

    @property
    def trace(self) -> Mapping[str, Any] | None: ...


def recompute(line: Explained) -> Decimal:
    """The amount before tax, from quantity, unit price and trace alone."""
    trace = line.trace or {}
    return -_priced(line, trace) if trace.get("turned") else _priced(line, trace)


def _priced(line: Explained, trace: Mapping[str, Any]) -> Decimal:
    true_up = trace.get("true_up")
    if true_up is not None:
        return Decimal(true_up["minimum"]) - Decimal(true_up["spent"])
    if "proration" in trace:
        amount = proration.recompute(trace["proration"])
        return -amount if trace.get("sign") == -1 else amount
    if "price" in trace:
        return quantize(rated.recompute(trace["price"]), line.currency)
    return quantize(line.quantity * line.unit_price, line.currency)


def explain(line: Explained) -> str:
    """One sentence that says how the amount came about."""
    trace = line.trace or {}
    said = []
    true_up = trace.get("true_up")
    if "usage" in trace:
        said.append(_used(trace["usage"]))
    if true_up is not None:
        if "proration" in true_up:
            said.append(proration.explain(true_up["proration"]).rstrip("."))
        said.append(f"at least {true_up['minimum']} {line.currency}, of which {true_up['spent']} was billed already")
    elif "price" in trace:
        said.append(rated.explain(trace["price"]).rstrip("."))
    elif "proration" not in trace or line.quantity != 1:
        said.append(f"{_plain(line.quantity)} × {_plain(line.unit_price)} {line.currency}")
    if "proration" in trace:
        said.append(proration.explain(trace["proration"]).rstrip("."))
    given_back = ", given back" if trace.get("sign") == -1 else ""
    return f"{'; '.join(said)}{given_back}: {quantize(line.amount, line.currency)} {line.currency}."


def _used(usage: Mapping[str, str]) -> str:
    """What was counted, and what of it costs nothing more."""
    parts = [f"{_plain(Decimal(usage['used']))} used"]
    if "late" in usage:
        parts.append(f"{_plain(Decimal(usage['late']))} late from before")
    free = [f"{_plain(Decimal(usage[name]))} {name}" for name in ("included", "prepaid") if name in usage]
    return f"{' and '.join(parts)}{', with ' if free else ''}{' and '.join(free)}"


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
