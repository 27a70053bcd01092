"""VAT ids of the EU: their form, by check digits and without asking anybody."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import attrs

from larabill_billing.customers.checks import foreign_sign
from larabill_billing.tax.table import EU, treated_as
from larabill_core.errors import ConfigurationError

_PREFIX: Final = {"GR": "EL"}
_COUNTRY: Final = {prefix: country for country, prefix in _PREFIX.items()}
_BETWEEN: Final = str.maketrans("", "", " .-/")


@attrs.frozen
class VatId:
    """An id of the right form. `prefix` is the member state's (Greece: EL), `number` what follows."""

    prefix: str
    number: str

    @property
    def country(self) -> str:
        """The member state, by ISO 3166."""
        return _COUNTRY.get(self.prefix, self.prefix)

    def __str__(self) -> str:
        return self.prefix + self.number


@lru_cache(maxsize=4096)
def vat_id(text: str, country: str) -> VatId | None:
    """The VAT id of a customer in this country; None for what is none of a member state, or has the wrong form.

    The prefix may be missing. An id of another member state than the customer's is none of theirs. Raises
    `ConfigurationError` when python-stdnum is not installed.
    """
    home = treated_as(country)
    if home not in EU or not text.strip() or foreign_sign(text) is not None:
        return None
    prefix = _PREFIX.get(home, home)
    compact = text.translate(_BETWEEN).upper()
    number = compact.removeprefix(prefix)
    if home in _PREFIX and number == compact:
        number = compact.removeprefix(home)
    found = _in_full(prefix, number)
    return None if found is None else VatId(prefix, found)


def _in_full(prefix: str, number: str) -> str | None:
    """The number as the register writes it, zeros in front and all; None for a wrong form or check digit."""
    try:
        from stdnum.eu import vat
    except ImportError:
        remedy = "pip install 'larabill[vat]'"
        raise ConfigurationError.one("billing.tax", "needs python-stdnum to read VAT ids", remedy=remedy) from None
    if not (number.isascii() and number.isalnum() and vat.is_valid(prefix + number)):
        return None
    full: str = vat.compact(prefix + number)
    return full.removeprefix(prefix)
