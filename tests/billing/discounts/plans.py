"""Three plans for tests of pure rules."""

from __future__ import annotations

from larabill_billing.catalog.model import Plan
from larabill_core.ids import new_id

_SELLER = new_id()
PLANS = {
    code: Plan(id=new_id(), seller_id=_SELLER, version=1, code=code, name=code, product=product, addon=addon)
    for code, product, addon in (("web", "hosting", False), ("box", "", False), ("ip", "", True))
}
