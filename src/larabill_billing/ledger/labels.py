"""What the bookkeeper calls our accounts: the `[[billing.accounts]]` tables of the manifest."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import attrs

from larabill_billing.ledger.chart import account_type
from larabill_core.errors import Faults, InvalidInput

LONGEST: Final = 100


@attrs.frozen(kw_only=True)
class AccountLabel:
    """`account` as the ledger writes it, `number` and `label` as the bookkeeper does. Raises `InvalidInput`."""

    account: str
    number: str = ""
    label: str = ""

    def __attrs_post_init__(self) -> None:
        faults = Faults()
        try:
            account_type(self.account)
        except InvalidInput as problem:
            faults.include(problem)
        for name, text in (("number", self.number), ("label", self.label)):
            if len(text) > LONGEST or not text.isprintable():
                faults.add(name, f"must be one line of up to {LONGEST} characters", value=text)
        faults.raise_if_any()


@attrs.frozen
class Labels:
    """Numbers and labels by account: the bookkeeper's, else the chart's."""

    own: dict[str, AccountLabel]

    @classmethod
    def of(cls, labels: Iterable[AccountLabel]) -> Labels:
        """The labels of the manifest."""
        return cls({each.account: each for each in labels})

    def number(self, account: str) -> str:
        """The bookkeeper's number; empty when they gave none."""
        return self.own[account].number if account in self.own else ""

    def label(self, account: str) -> str:
        """The bookkeeper's words, else the chart's: `Cash, stripe`."""
        if account in self.own and self.own[account].label:
            return self.own[account].label
        key = account.partition(":")[2]
        return f"{account_type(account).label}, {key}" if key else account_type(account).label
