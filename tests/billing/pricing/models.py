"""Strategies: pricing models and quantities as a catalogue and its customers may have them."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

from larabill_billing.pricing.model import (
    Flat,
    Graduated,
    GraduatedPercentage,
    Package,
    Percentage,
    PercentTier,
    PerUnit,
    PricingModel,
    StairStep,
    Step,
    Tier,
    Volume,
)


def numbers(places: int = 12, least: int = 0, most: int = 10**9) -> st.SearchStrategy[Decimal]:
    """Decimals of at most `places` decimals."""
    return st.builds(
        lambda whole, part, digits: Decimal(whole) + Decimal(part % 10**digits).scaleb(-digits),
        st.integers(least, most),
        st.integers(0, 10**places - 1),
        st.integers(0, places),
    )


quantities = st.one_of(st.integers(0, 300).map(Decimal), numbers(most=300), numbers())
cents = numbers(2, most=10**6)
prices = st.one_of(st.just(Decimal(0)), cents, numbers(most=100))
blocks = st.none() | st.integers(1, 1000).map(Decimal)


@st.composite
def bounds(draw: st.DrawFn) -> list[Decimal | None]:
    """Ends of tiers: ascending, the last one open."""
    steps = draw(st.lists(st.one_of(st.integers(1, 100).map(Decimal), numbers(3, least=1, most=100)), max_size=4))
    ends: list[Decimal | None] = []
    below = Decimal(0)
    for step in steps:
        below += step
        ends.append(below)
    return [*ends, None]


@st.composite
def tiers(draw: st.DrawFn, *, flat: bool = True, block: bool = True) -> tuple[Tier, ...]:
    """Tiers of units."""
    return tuple(
        Tier(
            up_to=end,
            unit_price=draw(prices),
            flat=draw(cents) if flat else Decimal(0),
            block=draw(blocks) if block else None,
        )
        for end in draw(bounds())
    )


@st.composite
def percent_tiers(draw: st.DrawFn) -> tuple[PercentTier, ...]:
    """Tiers of a percentage."""
    return tuple(PercentTier(up_to=end, rate=draw(numbers(4, most=100)), flat=draw(cents)) for end in draw(bounds()))


@st.composite
def steps(draw: st.DrawFn) -> tuple[Step, ...]:
    """Steps with their prices."""
    return tuple(Step(up_to=end, flat=draw(cents)) for end in draw(bounds()))


@st.composite
def percentages(draw: st.DrawFn) -> Percentage:
    """A percentage with any of its allowances and limits."""
    limits = sorted(draw(st.tuples(cents, cents)))
    return Percentage(
        rate=draw(numbers(4, most=100)),
        fixed=draw(prices),
        free_events=draw(st.integers(0, 5)),
        free_amount=draw(st.just(Decimal(0)) | cents),
        minimum=draw(st.sampled_from([None, limits[0]])),
        maximum=draw(st.sampled_from([None, limits[1]])),
    )


def models() -> st.SearchStrategy[PricingModel]:
    """Any pricing model."""
    zero = st.booleans()
    return st.one_of(
        st.builds(Flat, amount=cents),
        st.builds(PerUnit, unit_price=numbers()),
        st.builds(Graduated, tiers=tiers(), flat_at_zero=zero),
        st.builds(Volume, tiers=tiers(), flat_at_zero=zero),
        st.builds(StairStep, tiers=steps(), flat_at_zero=zero),
        st.builds(Package, size=st.integers(1, 500).map(Decimal), price=prices, free_units=quantities),
        percentages(),
        st.builds(GraduatedPercentage, tiers=percent_tiers(), flat_at_zero=zero),
    )
