"""Payment card numbers (PAN) in text: found, masked, refused. None is ever stored (PCI DSS, requirement 3).

`errors` shows values through this module, so it imports `errors` only at the moment that it raises.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

_MAYBE_PAN = re.compile(r"\d(?:\W{0,3}\d){12}")
_UUID_OR_HASH = re.compile(
    r"(?<![0-9A-Fa-f])[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?![0-9A-Fa-f])|[0-9A-Fa-f]{24,}"
)
_DIGIT_GROUPS = re.compile(r"(?<![0-9+])(?<![0-9]\.)[0-9]+(?:[ -][0-9]+)*")
_GROUP = re.compile(r"[0-9]+")
_PAN_LENGTHS: Final[Mapping[str, range | tuple[int, ...]]] = {
    "2": (16,),
    "3": (14, 15, 16),
    "4": (13, 16, 19),
    "5": range(13, 20),
    "6": range(13, 20),
    "8": (16,),
    "9": (16,),
}
_MOST_GROUPS: Final = 6


def contains_pan(text: str) -> bool:
    """Whether `text` holds a card number (PAN): 13 to 19 digits that pass Luhn's check (ISO/IEC 7812-1).

    Digits of any script count, zero-width characters are looked through, and groups may be divided by one
    space or dash each, the first of four digits or more, the others but the last of three or more. Not taken
    for a card: lengths and first digits that no card has, UUIDs, hexadecimal runs of 24 characters or more,
    what follows `+` (a telephone number) or a decimal point, and digits within a longer run of digits. One
    random number of card length in ten passes Luhn, so a false alarm is possible.
    """
    return next(_pans(text), None) is not None


def mask_pans(text: str) -> str:
    """`text` with `[card …4242]` in place of each card number."""
    for start, end, last in reversed(list(_pans(text))):
        text = f"{text[:start]}[card …{last}]{text[end:]}"
    return text


def refuse_pan(text: str, path: str) -> None:
    """Raise InvalidInput, without an echo of the text, when it holds a card number."""
    if contains_pan(text):
        from larabill_core.errors import InvalidInput

        raise InvalidInput.one(path, "holds a card number", remedy="remove it; cards are entered at the gateway")


def _pans(text: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and last four digits of each card number in `text`, from left to right."""
    if not _MAYBE_PAN.search(text):
        return
    plain, places = _plain(text)
    plain = _UUID_OR_HASH.sub(lambda match: "x" * len(match[0]) if _is_machine_made(match[0]) else match[0], plain)
    for run in _DIGIT_GROUPS.finditer(plain):
        groups = [(m.start(), m.end()) for m in _GROUP.finditer(plain, run.start(), run.end())]
        first = 0
        while first < len(groups):
            last = _card_from(plain, groups, first)
            if last is not None:
                start, end = groups[first][0], groups[last][1]
                yield places[start], places[end - 1] + 1, re.sub("[ -]", "", plain[start:end])[-4:]
                first = last
            first += 1


def _plain(text: str) -> tuple[str, list[int]]:
    """`text` with digits, spaces and dashes of ASCII, no format characters; and where each one was."""
    characters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        category = unicodedata.category(character)
        if category == "Cf":
            continue
        if category == "Nd":
            character = str(unicodedata.decimal(character))
        elif category == "Zs" or character == "\t":
            character = " "
        elif category == "Pd" or character == "\N{MINUS SIGN}":
            character = "-"
        characters.append(character)
        places.append(place)
    return "".join(characters), places


def _is_machine_made(token: str) -> bool:
    return "-" in token or not token.isdigit()


def _card_from(plain: str, groups: Sequence[tuple[int, int]], first: int) -> int | None:
    """The index of the last group of a card number that begins with group `first`."""
    digits = ""
    for index in range(first, min(first + _MOST_GROUPS, len(groups))):
        start, end = groups[index]
        digits += plain[start:end]
        if len(digits) > 19:
            return None
        if len(digits) in _PAN_LENGTHS.get(digits[0], ()) and _passes_luhn(digits):
            return index
        if end - start < (4 if index == first else 3):
            return None
    return None


def _passes_luhn(digits: str) -> bool:
    odd = sum(int(digit) for digit in digits[-1::-2])
    even = sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (odd + even) % 10 == 0
