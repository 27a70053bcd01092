"""VIES: whether a VAT id of the EU exists, asked of the member state through the European Commission.

`POST check-vat-number` of the REST interface (ec.europa.eu/taxation_customs/vies, "technical information"). It answers
200 to nearly everything: that a member state is away stands in the body (`errorWrappers`, or `userError`), beside a
`valid` that means nothing then. With our own id in the question the answer has a `requestIdentifier`, which is proof.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import attrs
import httpx

from larabill_core.clock import Clock
from larabill_core.contracts.tax import TaxIdAnswer, TaxIdQuestion
from larabill_core.errors import InvalidInput, RetryLater
from larabill_drivers.http import HttpClient, Lost, NotSent

_SAID: Final = ("VALID", "INVALID")
_LONGEST: Final = 64


@attrs.frozen(kw_only=True)
class ViesSettings:
    """`deadline`: how long one question may take; member states are slow."""

    base_url: str = "https://ec.europa.eu/taxation_customs/vies/rest-api"
    deadline: timedelta = timedelta(seconds=20)


class Vies:
    """Implements `TaxIdRegister`. A question changes nothing, so it can be asked twice."""

    name = "vies"
    dedupes = True

    def __init__(
        self, settings: ViesSettings, *, account: str, clock: Clock, transport: httpx.BaseTransport | None = None
    ) -> None:
        self.account = account
        self._clock = clock
        self._client = HttpClient(settings.base_url, deadline=settings.deadline, transport=transport)

    def ref_for(self, subject_id: UUID) -> str:
        """VIES knows no names of ours; the id's 32 hexadecimal digits."""
        return subject_id.hex

    def check_tax_id(self, question: TaxIdQuestion) -> TaxIdAnswer:
        """Raises `RetryLater` for everything that is not a plain yes or no."""
        body = {"countryCode": question.prefix, "vatNumber": question.number}
        if question.asked_by:
            body |= {"requesterMemberStateCode": question.asked_by[:2], "requesterNumber": question.asked_by[2:]}
        try:
            answer = self._client.request("POST", "/check-vat-number", json=body)
        except (NotSent, Lost) as problem:
            raise RetryLater(f"VIES cannot be asked: {problem}") from None
        if answer.status != 200:
            raise RetryLater(f"VIES answered {answer.status}", answer.retry_after(self._clock.now()))
        try:
            said = answer.json()
        except InvalidInput:
            raise RetryLater("VIES answered with something else than JSON") from None
        return _read(said, question)


def _read(said: Mapping[str, Any], question: TaxIdQuestion) -> TaxIdAnswer:
    """A yes or no, if it is one, and about this id. Raises `RetryLater`."""
    errors = said.get("errorWrappers")
    if errors or said.get("actionSucceed") is False:
        first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
        raise RetryLater(f"VIES could not say: {_word(first.get('error')) or 'no reason given'}")
    error = said.get("userError")
    if error is not None and error not in _SAID:
        raise RetryLater(f"VIES could not say: {_word(error) or 'no reason given'}")
    valid = said.get("valid")
    if not isinstance(valid, bool) or said.get("countryCode") != question.prefix:
        raise RetryLater("VIES answered neither yes nor no")
    if said.get("vatNumber") != question.number:
        raise RetryLater("VIES answered about another id")
    return TaxIdAnswer(valid=valid, consultation=_word(said.get("requestIdentifier")))


def _word(value: object) -> str:
    """A code of theirs, as far as it looks like one."""
    fits = isinstance(value, str) and len(value) <= _LONGEST and value.isascii() and value.isprintable()
    return str(value) if fits else ""
