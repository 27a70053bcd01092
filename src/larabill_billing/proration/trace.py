"""How a prorated amount came about, as plain data from which it can be reckoned again and said in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

import attrs

from larabill_billing.periods.schedule import Period
from larabill_billing.proration.fractions import Measure, Span, measure, rounded
from larabill_billing.proration.model import Convention, ProrationPolicy
from larabill_core.clock import parse_date, parse_instant
from larabill_core.errors import InvalidInput
from larabill_core.money import exponent, parse_currency

_ROUNDED: Final = {
    "half_up": "rounded half up",
    "half_even": "rounded half even",
    "half_down": "rounded half down",
    "up": "rounded up, away from zero",
    "down": "rounded down, towards zero",
    "ceiling": "rounded to the higher amount",
    "floor": "rounded to the lower amount",
}


@attrs.frozen(kw_only=True)
class Trace:
    """The inputs, the rule and the result of one proration.

    `part` and `whole` are None for a share whose counts were given; `spans` are their instants, for the rules that
    measure these; `before` is what earlier parts of the same period have had (see `split`).
    """

    policy: ProrationPolicy
    price: Decimal
    currency: str
    measure: Measure
    part: Period | None = None
    whole: Period | None = None
    spans: tuple[Span, Span] | None = None
    before: Decimal | None = None

    def __attrs_post_init__(self) -> None:
        parse_currency(self.currency)

    @property
    def places(self) -> int:
        """Decimals of the result."""
        return exponent(self.currency) if self.policy.places is None else self.policy.places

    @property
    def exact(self) -> Fraction:
        """Price x fraction, before it is rounded."""
        return Fraction(self.price) * self.measure.fraction(self.policy)

    @property
    def result(self) -> Decimal:
        """The amount: price x fraction, rounded once, less what came before."""
        return rounded(self.exact, self.places, self.policy.rounding) - (self.before or 0)

    def to_data(self) -> dict[str, Any]:
        """Plain JSON data: text, integers, lists, dicts and None."""
        policy = self.policy
        data: dict[str, Any] = {
            "rule": str(policy.convention),
            "price": f"{self.price:f}",
            "currency": self.currency,
            "counted": str(self.measure.counted),
            "of": str(self.measure.of),
            "unit": self.measure.unit,
            "fraction": self._fraction(),
            "precision": policy.precision,
            "rounding": policy.rounding,
            "places": self.places,
            "result": f"{self.result:f}",
        }
        if policy.convention is Convention.THIRTY_DAY_MONTH:
            data["month_days"] = policy.month_days
        if self.part is not None and self.whole is not None:
            data["part"] = [self.part.start.isoformat(), self.part.end.isoformat()]
            data["whole"] = [self.whole.start.isoformat(), self.whole.end.isoformat()]
        if self.spans is not None:
            data["part_at"], data["whole_at"] = ([_instant(at) for at in span] for span in self.spans)
        if self.before is not None:
            data["before"] = f"{self.before:f}"
        return data

    def _fraction(self) -> str:
        exact = self.measure.fraction(self.policy)
        precision = self.policy.precision
        return str(exact) if precision is None else f"{rounded(exact, precision, self.policy.rounding):f}"

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Trace:
        """The inverse of `to_data`. What was counted is counted anew from the dates or instants, where there are any.

        Raises `InvalidInput`: this is not the trace of a proration.
        """
        try:
            policy = ProrationPolicy(
                Convention(data["rule"]),
                data["rounding"],
                data["precision"],
                data["places"],
                data.get("month_days", 30),
            )
            part = whole = spans = None
            if "part" in data:
                part, whole = (Period(*(parse_date(on, key) for on in data[key])) for key in ("part", "whole"))
            if "part_at" in data:
                spans = (_span(data, "part_at"), _span(data, "whole_at"))
            if part is None or whole is None:
                found = Measure(Fraction(data["counted"]), Fraction(data["of"]), data["unit"])
            else:
                found = measure(policy, part, whole, spans)
            return cls(
                policy=policy,
                price=Decimal(data["price"]),
                currency=data["currency"],
                measure=found,
                part=part,
                whole=whole,
                spans=spans,
                before=Decimal(data["before"]) if "before" in data else None,
            )
        except (KeyError, TypeError, ValueError, ArithmeticError) as problem:
            raise InvalidInput.one("trace", f"is not that of a proration ({type(problem).__name__})") from None


def recompute(data: Mapping[str, Any]) -> Decimal:
    """The amount, from the inputs and the rule in a trace, whatever its `result` says."""
    return Trace.from_data(data).result


def explain(data: Mapping[str, Any]) -> str:
    """The trace in a sentence.

    Such as `16 of 31 days (2026-01-16 to 2026-01-31) of 31.00 EUR = 16.00 EUR, actual days, rounded half up`.
    """
    trace = Trace.from_data(data)
    policy, money = trace.policy, trace.currency
    when = f" ({_when(trace)})" if trace.part is not None else ""
    price, result = f"{trace.price:f} {money}", f"{trace.result:f} {money}"
    notes = [_rule(policy)]
    if policy.precision is not None:
        notes.append(f"fraction {trace._fraction()}")
    notes.append(_ROUNDED[policy.rounding])
    if trace.before is not None:
        notes.append(f"less {trace.before:f} {money} for the parts before")
    return f"{_counts(trace.measure)}{when} of {price} = {result}, {', '.join(notes)}"


def _rule(policy: ProrationPolicy) -> str:
    if policy.convention is Convention.THIRTY_DAY_MONTH:
        return f"months of {policy.month_days} days"
    if policy.convention is Convention.NONE:
        return "parts are not prorated"
    return policy.convention.replace("-", " ")


def _counts(found: Measure) -> str:
    unit = found.unit.removesuffix("s") if found.of == 1 else found.unit
    counted, of = (f"{n.numerator:,}" if n.denominator == 1 else str(n) for n in (found.counted, found.of))
    return f"{counted} of {of} {unit}"


def _when(trace: Trace) -> str:
    assert trace.part is not None and trace.whole is not None  # noqa: S101 - the caller asked
    if trace.spans is not None:
        start, end = trace.spans[0]
        return f"{_instant(start)} to {_instant(end)}"
    inclusive = trace.policy.convention is Convention.INCLUSIVE_DAYS and trace.part.end < trace.whole.end
    return f"{trace.part.start} to {trace.part.end if inclusive else trace.part.last}"


def _span(data: Mapping[str, Any], key: str) -> Span:
    start, end = (parse_instant(at, key) for at in data[key])
    return start, end


def _instant(at: Any) -> str:
    return str(at.isoformat()).replace("+00:00", "Z")
