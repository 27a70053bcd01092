"""By which words a customer is found: pure."""

from __future__ import annotations

import unicodedata

from larabill_billing.customers.model import Customer

LONGEST_WORD = 64


def words_of(name: str, company: str, email: str, tax_id: str) -> list[str]:
    """What a search may begin with: name and company from each of their words on, the e-mail address, the tax id."""
    found = {folded(email), folded(tax_id).replace(" ", "")}
    for text in (name, company):
        words = folded(text).split()
        found |= {" ".join(words[start:])[:LONGEST_WORD].rstrip() for start in range(len(words))}
    return sorted(word[:LONGEST_WORD] for word in found if word)


def words_of_customer(customer: Customer) -> list[str]:
    """The same of a customer."""
    return words_of(customer.name, customer.company, customer.email, customer.tax_id)


def folded(text: str) -> str:
    """Compatibility forms and case do not count (NFKC, casefold), nor do spaces side by side."""
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).split())
