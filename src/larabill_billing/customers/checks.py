"""What the fields of sellers and customers may hold."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, TypeVar

from larabill_core.errors import Faults, InvalidInput
from larabill_core.money import parse_currency
from larabill_core.privacy import refuse_pan

T = TypeVar("T")

# ISO 3166-1 alpha-2, the officially assigned codes.
_CODES = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW
BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI
FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN
IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME
MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF
PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV
SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE
YT ZA ZM ZW
"""
COUNTRIES: Final = frozenset(_CODES.split())

LONGEST_EMAIL: Final = 254
"""RFC 5321, section 4.5.3.1.3, less the angle brackets."""

LONGEST_TEXT: Final = 200
MOST_LINES: Final = 6

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_GROUP = re.compile(r"[a-z0-9](?:[a-z0-9_.-]{0,62}[a-z0-9])?")
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")


def check_country(value: str, path: str) -> str:
    """An ISO 3166-1 alpha-2 code. Raises `InvalidInput`."""
    if not isinstance(value, str) or value not in COUNTRIES:
        raise InvalidInput.one(path, "is not a country", value, "use an ISO 3166 code of two capitals such as DE")
    return value


def check_language(value: str, path: str) -> str:
    """A language tag that Babel knows ("de", "de-AT"). Raises `InvalidInput`."""
    from babel import Locale, UnknownLocaleError

    try:
        Locale.parse(value.replace("-", "_"))
    except (UnknownLocaleError, ValueError, TypeError, AttributeError):
        raise InvalidInput.one(path, "is not a known language", value, "use a tag such as en or de-AT") from None
    return value


def check_group(value: str, path: str) -> str:
    """The code of a group of customers, or "" for none. Raises `InvalidInput`."""
    if not isinstance(value, str) or (value and not _GROUP.fullmatch(value)):
        raise InvalidInput.one(path, "is not a code", value, "use up to 64 of a-z, 0-9, dash, dot and underscore")
    refuse_pan(value, path)
    return value


def check_currency(value: str, path: str) -> str:
    """An ISO 4217 code. Raises `InvalidInput`."""
    parse_currency(value, path)
    return value


def check_text(value: str, path: str, *, required: bool = False) -> str:
    """One line of free text in normal form C, without card numbers (B53) and characters that nobody sees (B47).

    Raises `InvalidInput`; the value is not repeated in it, since it may be personal.
    """
    if not isinstance(value, str):
        raise InvalidInput.one(path, "must be text")
    refuse_pan(value, path)
    text = unicodedata.normalize("NFC", value.strip())
    if required and not text:
        raise InvalidInput.one(path, "is missing")
    if len(text) > LONGEST_TEXT:
        raise InvalidInput.one(path, f"is longer than {LONGEST_TEXT} characters")
    for character in text:
        if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
            raise InvalidInput.one(path, f"holds the invisible character U+{ord(character):04X}", remedy="remove it")
    return text


def check_tax_id(value: str, path: str) -> str:
    """A tax id without letters and digits of other alphabets, which look like ours and are not (B47).

    Raises `InvalidInput`; the id is not repeated in it, only the sign.
    """
    text = check_text(value, path)
    sign = foreign_sign(text)
    if sign is not None:
        name = unicodedata.name(sign, "a sign without a name")
        problem = f"holds U+{ord(sign):04X} ({name}), which is no Latin letter or digit, although it may look like one"
        raise InvalidInput.one(path, problem, remedy="type the id anew on a Latin keyboard")
    return text


def foreign_sign(text: str) -> str | None:
    """The first letter, mark or digit that is not ASCII; None where there is none."""
    return next((sign for sign in text if not sign.isascii() and unicodedata.category(sign)[0] in "LNM"), None)


def check_lines(value: Sequence[str], path: str) -> tuple[str, ...]:
    """The lines of a postal address. Raises `InvalidInput` with every fault."""
    if not isinstance(value, list | tuple):
        raise InvalidInput.one(path, "must be a list of lines")
    faults = Faults()
    if len(value) > MOST_LINES:
        faults.add(path, f"has more than {MOST_LINES} lines")
    lines = tuple(
        attempt(faults, partial(check_text, line, f"{path}[{index}]"), "") for index, line in enumerate(value)
    )
    faults.raise_if_any()
    return lines


def check_email(value: str, path: str) -> str:
    """The address in canonical form: domain in lower case and in its ASCII form (IDNA), the local part as typed.

    Only ASCII local parts are taken, so that no two addresses look alike (B47). Raises `InvalidInput`; the value is
    not repeated in it.
    """
    text = check_text(value, path, required=True)
    local, at, domain = text.rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode().lower() if domain else ""
    except UnicodeError:
        ascii_domain = ""
    labels = ascii_domain.split(".")
    fits = len(local) <= 64 and len(local) + 1 + len(ascii_domain) <= LONGEST_EMAIL
    if not (at and fits and len(labels) >= 2 and _LOCAL.fullmatch(local) and all(map(_LABEL.fullmatch, labels))):
        raise InvalidInput.one(path, "is not an e-mail address", remedy="write it like name@example.com")
    return f"{local}@{ascii_domain}"


def check_billing_day(value: int | None, path: str) -> int | None:
    """A day of the month, 1 to 31, or none. Raises `InvalidInput`."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 31:
        raise InvalidInput.one(path, "is not a day of a month", value, "use 1 to 31, or leave it out")
    return value


def attempt(faults: Faults, check: Callable[[], T], fallback: T) -> T:
    """What `check` returns; its faults are noted, and `fallback` stands in."""
    try:
        return check()
    except InvalidInput as problem:
        faults.include(problem)
        return fallback
