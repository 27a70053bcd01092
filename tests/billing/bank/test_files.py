"""Statements are read strictly, and with every fault of them (B08, B14, B53)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from larabill_billing.bank.handlers import read
from larabill_billing.bank.settings import BankAccount, CsvColumns
from larabill_core.errors import InvalidInput

PLAIN = BankAccount(name="main", currency="EUR")
GERMAN = BankAccount(
    name="main",
    currency="EUR",
    csv=CsvColumns(
        id="Referenz",
        date="Buchungstag",
        amount="Betrag",
        text=("Verwendungszweck", "Zusatz"),
        payer=("Name",),
        date_format="%d.%m.%Y",
        decimal=",",
        delimiter=";",
        encoding="cp1252",
    ),
)
CAMT = """<?xml version="1.0"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}">
<BkToCstmrStmt><Stmt><Id>ST1</Id>{entries}</Stmt>
</BkToCstmrStmt></Document>"""
ENTRY = """<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd>{status}
<BookgDt><Dt>2026-02-03</Dt></BookgDt><AcctSvcrRef>{id}</AcctSvcrRef>{details}</Ntry>"""
OLD, NEW = "<Sts>BOOK</Sts>", "<Sts><Cd>BOOK</Cd></Sts>"


def camt(*entries: str, version: str = "08") -> bytes:
    return CAMT.format(version=version, entries="".join(entries)).encode()


def entry(**changes: str) -> str:
    values = {"currency": "EUR", "amount": "119.00", "sign": "CRDT", "status": NEW, "id": "B1", "details": ""}
    return ENTRY.format(**{**values, **changes})


def details(text: str, payer: str = "Ada", amount: str = "") -> str:
    money = f'<Amt Ccy="EUR">{amount}</Amt>' if amount else ""
    return (
        f"<TxDtls>{money}<RltdPties><Dbtr><Pty><Nm>{payer}</Nm></Pty></Dbtr></RltdPties>"
        f"<RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls>"
    )


def test_a_german_export_is_read_by_its_columns() -> None:
    content = (
        "Buchungstag;Name;Verwendungszweck;Zusatz;Betrag;Referenz\r\n"
        "03.02.2026;Jürgen;INV-1;danke;1.119,50;A1\r\n"
        '04.02.2026;Ada;"INV-2; zweite";;-12,00;A2\r\n'
    ).encode("cp1252")
    first, second = read(content, GERMAN)
    assert (first.bank_id, first.booked_on, first.amount) == ("A1", date(2026, 2, 3), Decimal("1119.50"))
    assert (first.payer, first.text, second.text, second.amount) == ("Jürgen", "INV-1 danke", "INV-2; zweite", -12)


@pytest.mark.parametrize("amount", ["NaN", "1e3", "1.234,5", "", "0.00", "١٢", "1_0", "--1", "1,23,456.00", "0.001"])
def test_what_is_no_amount_is_refused_by_its_line(amount: str) -> None:
    content = f'id,date,amount,text\nA1,2026-02-03,"{amount}",x\nA2,nonsense,1.00,x\n'.encode()
    with pytest.raises(InvalidInput) as raised:
        read(content, PLAIN)
    assert {fault.path.split(".")[0] for fault in raised.value.faults} == {"line 2", "line 3"}


@pytest.mark.parametrize(
    "content",
    [
        b"id,date,text\nA1,2026-02-03,x\n",
        b"\xff\xfe\x00",
        b'id,date,amount,text\nA1,2026-02-03,1.00,"x\n',
        b'"id"x,date,amount,text\nA1,2026-02-03,1.00,x\n',
        b"id,date,amount,text\nA1,2026-02-03,1.00,x\nA1,2026-02-03,1.00,x\n",
        b"id,date,amount,text\n,2026-02-03,1.00,x\n",
        b"id,date,amount,text\n4242424242424242,2026-02-03,1.00,x\n",
        b"id,date,amount,text\nA1\n",
        b"",
    ],
)
def test_what_is_no_statement_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidInput):
        read(content, PLAIN)


def test_card_and_account_numbers_are_masked() -> None:
    content = b"id,date,amount,text\nA1,2026-02-03,1.00,INV-1 4242 4242 4242 4242 DE89370400440532013000\n"
    (line,) = read(content, PLAIN)
    assert "4242 4242 4242" not in line.text
    assert "DE8937" not in line.text
    assert "INV-1" in line.text


@pytest.mark.parametrize(("version", "status"), [("02", OLD), ("08", NEW)])
def test_camt_is_read_in_any_version(version: str, status: str) -> None:
    body = f"<NtryDtls>{details('INV-1')}</NtryDtls>"
    (line,) = read(camt(entry(status=status, details=body), version=version), PLAIN)
    assert (line.bank_id, line.amount, line.currency, line.text, line.payer) == (
        "B1",
        Decimal("119.00"),
        "EUR",
        "INV-1",
        "Ada",
    )


def test_a_batch_is_a_line_for_each_of_its_transactions() -> None:
    body = f"<NtryDtls>{details('INV-1', amount='100.00')}{details('INV-2', amount='19.00')}</NtryDtls>"
    lines = read(camt(entry(details=body)), PLAIN)
    assert [(line.bank_id, line.amount, line.text) for line in lines] == [
        ("B1/1", Decimal("100.00"), "INV-1"),
        ("B1/2", Decimal("19.00"), "INV-2"),
    ]


def test_debits_are_negative_and_what_is_not_booked_is_left_out() -> None:
    pending = entry(id="B2", status="<Sts><Cd>PDNG</Cd></Sts>")
    (line,) = read(camt(entry(sign="DBIT"), pending), PLAIN)
    assert line.amount == Decimal("-119.00")


def test_amounts_have_the_precision_of_their_currency() -> None:
    (yen,) = read(camt(entry(currency="JPY", amount="1200.00")), PLAIN)
    assert yen.amount == 1200
    with pytest.raises(InvalidInput):
        read(camt(entry(currency="JPY", amount="1200.50")), PLAIN)


@pytest.mark.parametrize(
    "content",
    [
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><Document>&a;</Document>',
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Document>&b;</Document>',
        b"<Document>",
        b"<Other/>",
        b"<Document>" + b"<a>" * 100 + b"</a>" * 100 + b"</Document>",
    ],
)
def test_xml_with_entities_or_none_of_ours_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidInput):
        read(content, PLAIN)


def test_columns_are_checked_with_every_fault() -> None:
    with pytest.raises(InvalidInput) as raised:
        CsvColumns(id="", text=(), decimal=";", delimiter="", encoding="utf-99")
    assert [fault.path for fault in raised.value.faults] == ["id", "text", "decimal", "delimiter", "encoding"]
