"""How the panel is asked: the key goes in the query, and what the body says counts, whatever the status.

`{"error": false, "data": …}` is a success. `error` is true or a text for a refusal, in the words of `messages[0].text`.
What neither says so nor otherwise is not understood, and so is 5xx, also in the panel's own form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

import httpx
import msgspec

from larabill_core.clock import Clock
from larabill_core.contracts.outcome import Failed, Manual, Outcome, Unknown
from larabill_core.errors import InvalidInput
from larabill_core.privacy import REDACTED
from larabill_drivers.asking import Api, Ended
from larabill_drivers.dedicated.synergycp.answers import Page
from larabill_drivers.dedicated.synergycp.settings import SynergyCpSettings
from larabill_drivers.http import Answer, HttpClient

T = TypeVar("T")

MOST_PAGES = 1000
PER_PAGE = 50
"""Servers are long: a thousand of them would not fit into what is read of an answer."""


class Refused(Ended):
    """The panel says no, in its own words: nothing happened."""


class Panel:
    """One account at one panel. Every method raises `Ended`."""

    def __init__(self, settings: SynergyCpSettings, clock: Clock, transport: httpx.BaseTransport | None) -> None:
        self.address = settings.base_url.rstrip("/")
        self._key = settings.api_key
        self._client = HttpClient(self.address, secrets=[self._key], transport=transport)
        self._api = Api(self._client, clock, _words)

    def tell(self, method: str, path: str, into: type[T], *, json: Mapping[str, Any], hidden: Sequence[str] = ()) -> T:
        """Change something. `hidden` is what of the request must not be repeated: passwords and personal data."""
        return self._read(self._ask(method, path, {}, json), into, hidden)

    def look(self, path: str, into: type[T], query: Mapping[str, Any] | None = None) -> T:
        """See something. What is refused there says nothing about the thing that was looked for."""
        try:
            return self.get(path, into, query)
        except Refused as no:
            raise unseen(no) from None

    def get(self, path: str, into: type[T], query: Mapping[str, Any] | None = None) -> T:
        """As `look`, where it is to be known how it is refused."""
        return self._read(self._ask("GET", path, query or {}, None), into, ())

    def page(self, path: str, of: type[T], query: Mapping[str, Any], number: int = 1) -> Page[T]:
        """One page of a list."""
        wanted = {**query, "page": str(number), "per_page": str(PER_PAGE)}
        page = self.look(path, Page[of], wanted)  # type: ignore[valid-type]
        if page.current_page != number:
            raise Ended(Unknown(reason="the panel answered with another page"))
        return page

    def every(self, path: str, of: type[T], query: Mapping[str, Any] | None = None) -> Iterator[T]:
        """All of a list."""
        for number in range(1, MOST_PAGES + 1):
            page = self.page(path, of, query or {}, number)
            yield from page.data
            if number >= page.last_page:
                return
        raise Ended(Unknown(reason=f"the panel lists more than {MOST_PAGES} pages"))

    def _ask(self, method: str, path: str, query: Mapping[str, Any], json: Mapping[str, Any] | None) -> Answer:
        return self._api.request(method, path, query={**query, "key": self._key.reveal()}, json=json)

    def _read(self, answer: Answer, into: type[T], hidden: Sequence[str]) -> T:
        try:
            envelope = answer.json()
            if envelope.get("error") is not False:
                raise Refused(self._refusal(answer.status, envelope, hidden))
            if not 200 <= answer.status < 300:
                raise Ended(Unknown(reason=f"the panel answered {answer.status}, and that nothing is wrong"))
            return msgspec.convert(envelope.get("data"), into)
        except (InvalidInput, msgspec.ValidationError) as problem:
            reason = self._client.clean(f"the panel answered {answer.status}, not as described: {problem}")
            raise Ended(Unknown(reason=reason)) from None

    def _refusal(self, status: int, envelope: Mapping[str, Any], hidden: Sequence[str]) -> Outcome:
        """Raises `Ended` for what is no refusal of the panel's own."""
        words, data, error = _words(envelope), envelope.get("data"), envelope.get("error")
        if not words or not (error is True or isinstance(error, str)):
            raise Ended(Unknown(reason=f"the panel answered {status}, and neither that it did it nor why not"))
        if isinstance(data, dict) and data.get("ignored") is True:
            return Manual(reason="the panel protects this client (VIP) from automatic changes: decide and do it there")
        for text in sorted(filter(None, hidden), key=len, reverse=True):
            words = re.sub(re.escape(text), REDACTED, words, flags=re.IGNORECASE)
        return Failed(reason=self._client.clean(f"the panel answered {status}: {words}"), code=str(status))


def unseen(no: Refused) -> Ended:
    """What a look-up ends with that was refused."""
    return Ended(Unknown(reason=f"cannot look: {no}"))


def _words(envelope: Any) -> str:
    """The panel's own, "" when there are none."""
    try:
        words = envelope["messages"][0]["text"]
    except (LookupError, TypeError):
        return ""
    return words if isinstance(words, str) else ""
