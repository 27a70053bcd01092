"""The bank accounts of the manifest: `[[billing.bank]]`."""

from __future__ import annotations

import attrs

from larabill_billing.customers.checks import attempt, check_currency, check_text
from larabill_core.errors import Faults


@attrs.frozen(kw_only=True)
class CsvColumns:
    """Which column of the bank's CSV file holds what; columns are named as in its head.

    `text` and `payer` may be several columns. `currency` empty: all lines are in the account's. `decimal` is the sign
    before the cents; the other one of `.` and `,` may stand between thousands.
    """

    id: str = "id"
    date: str = "date"
    amount: str = "amount"
    currency: str = ""
    text: tuple[str, ...] = ("text",)
    payer: tuple[str, ...] = ()
    date_format: str = "%Y-%m-%d"
    decimal: str = "."
    delimiter: str = ","
    encoding: str = "utf-8-sig"

    def __attrs_post_init__(self) -> None:
        faults = Faults()
        for name in ("id", "date", "amount"):
            if not getattr(self, name):
                faults.add(name, "is missing", remedy="name the column")
        if not self.text:
            faults.add("text", "is missing", remedy="name the columns in which customers write")
        if self.decimal not in (".", ","):
            faults.add("decimal", "must be a point or a comma", value=self.decimal)
        if len(self.delimiter) != 1:
            faults.add("delimiter", "must be one character", value=self.delimiter)
        try:
            "".encode(self.encoding)
        except LookupError:
            faults.add("encoding", "is not known", value=self.encoding, remedy='such as "utf-8-sig" or "cp1252"')
        faults.raise_if_any()


@attrs.frozen(kw_only=True)
class BankAccount:
    """One of our accounts at a bank. `name` is ours, such as `main`; its number is not needed."""

    name: str
    currency: str
    csv: CsvColumns = attrs.field(factory=CsvColumns)

    def __attrs_post_init__(self) -> None:
        faults = Faults()
        attempt(faults, lambda: check_text(self.name, "name", required=True), "")
        if len(self.name) > 64:
            faults.add("name", "must be up to 64 characters")
        attempt(faults, lambda: check_currency(self.currency, "currency"), "")
        faults.raise_if_any()
