"""Bank lines from camt.053 (ISO 20022, bank to customer statement), any version.

Read with expat by hand: a document type declaration, and with it every entity, is refused at once, so nothing can be
expanded or fetched. Names are taken without their namespace, which is all that differs between versions.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final, NoReturn
from xml.parsers import expat

import attrs

from larabill_billing.bank.clean import Lines
from larabill_billing.bank.model import StatementLine
from larabill_core.errors import InvalidInput

DEEPEST: Final = 40


@attrs.define
class Node:
    """An element: its name, its attributes, its own text, what is in it."""

    name: str
    attributes: dict[str, str]
    text: str = ""
    children: list[Node] = attrs.field(factory=list)

    def at(self, path: str) -> Iterator[Node]:
        """What stands at a path such as `RmtInf/Ustrd`."""
        name, _, rest = path.partition("/")
        for child in self.children:
            if child.name == name:
                yield from child.at(rest) if rest else (child,)

    def word(self, *paths: str) -> str:
        """The text at the first of these paths at which there is any."""
        for path in paths:
            for node in self.at(path):
                if node.text.strip():
                    return node.text.strip()
        return ""

    def words(self, *paths: str) -> str:
        """All text at these paths."""
        return " ".join(node.text.strip() for path in paths for node in self.at(path))


def read_camt(content: bytes) -> list[StatementLine]:
    """The booked entries of all statements. Raises `InvalidInput` with every fault."""
    root, lines = _tree(content), Lines()
    statements = [*root.at("BkToCstmrStmt/Stmt")]
    if root.name != "Document" or not statements:
        raise InvalidInput.one("file", "is no camt.053 statement")
    for statement in statements:
        name = statement.word("Id")
        for number, entry in enumerate(statement.at("Ntry"), 1):
            if entry.word("Sts/Cd", "Sts") == "BOOK":
                with lines.faults.at(f"entry {number}"):
                    _add(lines, entry, f"{name}/{number}")
    return lines.all()


def _add(lines: Lines, entry: Node, fallback: str) -> None:
    """One line for each transaction of a batch that names its amount; else one for the entry."""
    details = [*entry.at("NtryDtls/TxDtls")]
    amounts = [_amount_of(each) for each in details]
    own_id = entry.word("AcctSvcrRef", "NtryRef")
    sign = "-" if (entry.word("CdtDbtInd") == "DBIT") is not (entry.word("RvslInd") == "true") else ""
    if len(details) < 2 or not all(amounts):
        _line(lines, entry, sign, own_id or fallback, next(entry.at("Amt"), None), details)
        return
    for number, (each, amount) in enumerate(zip(details, amounts, strict=True), 1):
        id = each.word("Refs/AcctSvcrRef", "Refs/TxId") or f"{own_id or fallback}/{number}"
        _line(lines, entry, sign, id, amount, [each])


def _amount_of(details: Node) -> Node | None:
    return next(details.at("Amt"), None) or next(details.at("AmtDtls/TxAmt/Amt"), None)


def _line(lines: Lines, entry: Node, sign: str, id: str, amount: Node | None, details: list[Node]) -> None:
    texts = [each.words("RmtInf/Ustrd", "RmtInf/Strd/CdtrRefInf/Ref", "Refs/EndToEndId") for each in details]
    payers = [each.word("RltdPties/Dbtr/Nm", "RltdPties/Dbtr/Pty/Nm") for each in details]
    lines.add(
        bank_id=id,
        booked_on=_day(lines, entry.word("BookgDt/Dt", "BookgDt/DtTm")),
        amount=None if amount is None else _plain_amount(f"{sign}{amount.text.strip()}"),
        currency="" if amount is None else amount.attributes.get("Ccy", ""),
        text=" ".join(filter(None, texts)) or entry.word("AddtlNtryInf"),
        payer=" ".join(filter(None, payers)),
    )


def _plain_amount(text: str) -> str:
    """Without the zeros that the schema allows at the end: `12.500` of euros, `12.00` of yen."""
    whole, mark, cents = text.partition(".")
    kept = cents.rstrip("0")
    return f"{whole}{mark if kept else ''}{kept}"


def _day(lines: Lines, text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        lines.faults.add("BookgDt", "is no date", value=text)
        return None


def _tree(content: bytes) -> Node:
    """The document as nodes. Raises `InvalidInput`."""
    parser = expat.ParserCreate(namespace_separator=" ")
    stack = [Node("", {})]

    def begin(name: str, attributes: dict[str, str]) -> None:
        if len(stack) > DEEPEST:
            raise InvalidInput.one("file", "is nested too deeply")
        node = Node(name.rpartition(" ")[2], attributes)
        stack[-1].children.append(node)
        stack.append(node)

    def end(name: str) -> None:
        stack.pop()

    def said(text: str) -> None:
        stack[-1].text += text

    def refuse(*declaration: object) -> NoReturn:
        raise InvalidInput.one("file", "declares a document type", remedy="statements of banks do not; it is refused")

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = begin, end, said
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    parser.buffer_text = True
    try:
        parser.Parse(content, True)
    except expat.ExpatError:
        raise InvalidInput.one("file", "is no XML") from None
    return stack[0].children[0]
