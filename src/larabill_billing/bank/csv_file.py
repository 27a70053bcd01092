"""Bank lines from a CSV file, by a map of its columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from larabill_billing.bank.clean import Lines
from larabill_billing.bank.model import StatementLine
from larabill_billing.bank.settings import BankAccount, CsvColumns
from larabill_core.errors import Faults, InvalidInput
from larabill_core.money import exponent, parse_decimal

MINUS: Final = "\u2212"


def read_csv(content: bytes, account: BankAccount) -> list[StatementLine]:
    """The lines of the file. Raises `InvalidInput` with every fault, by line of the file."""
    columns, lines = account.csv, Lines()
    try:
        text = content.decode(columns.encoding)
    except UnicodeDecodeError:
        raise InvalidInput.one("file", f"is not in {columns.encoding}", remedy="set csv.encoding") from None
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=columns.delimiter, restkey="", strict=True)
    try:
        _check_head(columns, reader.fieldnames or ())
        for row in reader:
            with lines.faults.at(f"line {reader.line_num}"):
                lines.add(**_values(row, account, lines.faults))
    except csv.Error:
        raise InvalidInput.one("file", f"is no CSV after line {reader.line_num}") from None
    return lines.all()


def _check_head(columns: CsvColumns, head: object) -> None:
    faults = Faults()
    known = [*head] if isinstance(head, list) else []
    for name in (columns.id, columns.date, columns.amount, *columns.text, *columns.payer, columns.currency):
        if name and name not in known:
            faults.add("file", "has no such column", value=name, remedy="set the names under [[billing.bank]] csv")
    faults.raise_if_any()


def _values(row: Mapping[str, str | None], account: BankAccount, faults: Faults) -> dict[str, object]:
    columns = account.csv
    cell = {name: (value or "").strip() for name, value in row.items() if isinstance(value, str | None)}
    currency = cell.get(columns.currency, "") if columns.currency else account.currency
    return {
        "bank_id": cell[columns.id],
        "booked_on": _day(cell[columns.date], columns.date_format, faults),
        "amount": _amount(cell[columns.amount], columns.decimal, currency, faults),
        "currency": currency,
        "text": " ".join(filter(None, (cell[name] for name in columns.text))),
        "payer": " ".join(filter(None, (cell[name] for name in columns.payer))),
    }


def _day(text: str, form: str, faults: Faults) -> date | None:
    try:
        return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day of the bank's books has no zone
    except ValueError:
        faults.add("date", f"is no date of the form {form}", value=text)
        return None


def _amount(text: str, point: str, currency: str, faults: Faults) -> Decimal | None:
    """`1.234,50`, `+12,50`, `-3`: as banks write; the thousands only where they belong."""
    thousands = "," if point == "." else "."
    sign, plain = ("-", text[1:]) if text[:1] in ("-", MINUS) else ("", text.removeprefix("+"))
    whole, mark, cents = plain.partition(point)
    groups = whole.split(thousands)
    if len(groups) > 1 and (any(len(group) != 3 for group in groups[1:]) or not 1 <= len(groups[0]) <= 3):
        faults.add("amount", "is no amount", value=text)
        return None
    try:
        places = exponent(currency)
        return parse_decimal(f"{sign}{''.join(groups)}{'.' if mark else ''}{cents}", places=places, path="amount")
    except InvalidInput as problem:
        faults.include(problem)
        return None
