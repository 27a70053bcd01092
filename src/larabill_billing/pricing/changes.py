"""Graduated prices of a quantity that changes within the period: each change prorated, in the tiers it moves through."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from larabill_billing.pricing.exact import ZERO, add, divide, finest, multiply, subtract
from larabill_billing.pricing.model import Graduated, Tier
from larabill_billing.pricing.rated import Part, Rated, part, rated

_BLOCKS: Final = "a tier of whole blocks cannot be prorated by changes"
