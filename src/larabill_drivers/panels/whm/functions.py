"""How a function of WHM API 1 is called: a form by POST, and an answer whose envelope has the last word.

Passwords are never in a URL, where the server's access log would have them. What looks has the usual deadline; what
changes something has one of its own, since WHM answers only when all is done.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TypeVar

import attrs
import httpx

from larabill_core.clock import Clock
from larabill_core.contracts.outcome import Failed, Unknown
from larabill_drivers.asking import Api, Ended
from larabill_drivers.http import Answer, HttpClient
from larabill_drivers.panels.whm.answers import Said, explain, plain
from larabill_drivers.panels.whm.settings import WhmSettings

T = TypeVar("T")
LOOKING = timedelta(seconds=30)
PRIVATE = ("password", "contactemail")
"""Fields that must not come back in a reason."""


@attrs.frozen
class Told:
    """What WHM has decided: `yes`, or no in its `words`."""

    yes: bool
    words: str
    answer: Answer

    def refused(self) -> Failed:
        """A definite no: nothing happened."""
        return Failed(reason=f"the server refuses: {self.words}", code="refused")


class Functions:
    """The functions of one server."""

    def __init__(self, settings: WhmSettings, clock: Clock, transport: httpx.BaseTransport | None) -> None:
        def client(deadline: timedelta) -> HttpClient:
            return HttpClient(
                f"{settings.base_url.rstrip('/')}/json-api",
                headers={"Authorization": f"whm {settings.username}:{settings.token.reveal()}"},
                secrets=[settings.token],
                deadline=deadline,
                transport=transport,
            )

        self._client = client(LOOKING)
        self._look = Api(self._client, clock, explain)
        self._change = Api(client(settings.deadline), clock, explain)
        self._query = {"api.version": "1"} if settings.version_in_query else None

    def change(self, function: str, fields: Mapping[str, str]) -> Told:
        """Call what changes something. Raises `Ended` when nobody knows what came of it."""
        return self._told(self._change, function, fields)

    def ask(self, function: str, fields: Mapping[str, str]) -> Told:
        """Call what only looks."""
        return self._told(self._look, function, fields)

    def read(self, told: Told, into: type[T]) -> T:
        """What stands in the answer. Raises `Ended`."""
        return self._look.read(told.answer, into)

    def seen(self, function: str, fields: Mapping[str, str], into: type[T]) -> T:
        """What a look shows. Raises `Ended`: a look that is refused says nothing about the thing."""
        told = self.ask(function, fields)
        if not told.yes:
            raise Ended(Unknown(reason=f"cannot look: the server refuses: {told.words}"))
        return self.read(told, into)

    def _told(self, api: Api, function: str, fields: Mapping[str, str]) -> Told:
        answer = api.request("POST", f"/{function}", query=self._query, form={"api.version": "1", **fields})
        said = api.read(answer, Said).metadata
        return Told(said.result == 1, self._words(said.reason, fields), answer)

    def _words(self, reason: str, fields: Mapping[str, str]) -> str:
        for name in PRIVATE:
            if fields.get(name):
                reason = reason.replace(fields[name], "[redacted]")
        return self._client.clean(plain(reason)) or "without a word"
