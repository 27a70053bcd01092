"""The panel's billing API: one address, a form for each function, an answer that only says whether it was accepted.

A form carries the panel's login and our customer's data: nothing of what was sent may come back in a reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import httpx

from larabill_core.clock import Clock
from larabill_core.contracts.inventory import Offer
from larabill_core.contracts.outcome import Failed, Unknown
from larabill_drivers.asking import Api, Ended
from larabill_drivers.game.tcadmin.answers import Line, explain, is_page, read_games, read_line
from larabill_drivers.game.tcadmin.settings import TcadminSettings
from larabill_drivers.http import Answer, HttpClient

PERSONAL: Final = ("user_password", "user_email", "user_fname", "user_lname")
REMEDY: Final = "look at System > Settings > API Settings: is the billing API enabled, and our address allowed?"
BLANK: Final = f"the panel answered nothing; {REMEDY}"
DEADLINE: Final = timedelta(seconds=60)
"""The vendor's own module gives it two minutes; a create asks twice, and all must end within an operation's lease."""


class BillingApi:
    """One login at one panel."""

    def __init__(self, settings: TcadminSettings, clock: Clock, transport: httpx.BaseTransport | None) -> None:
        self._settings = settings
        self._client = HttpClient(
            settings.base_url,
            headers={"Accept": "*/*"},
            secrets=[settings.password],
            deadline=DEADLINE,
            transport=transport,
        )
        self._api = Api(self._client, clock, explain)

    def tell(self, function: str, fields: Mapping[str, str]) -> Line:
        """The panel has accepted it. Raises `Ended`: refused by the panel, or not to be known."""
        return self._accepted(self._post(function, fields), fields)

    def check(self) -> None:
        """Ask for nothing in particular, so that a wrong login, address or path is known before a create is sent.

        The form of the answer is not described: only a closed door is looked for. Raises `Ended`: nothing was done.
        """
        try:
            answer = self._post("GetSupportedGames", {})
            if answer.status == 200 and answer.body.strip() and not is_page(answer.body):
                line = read_line(answer.body)
                if line is not None and line.error_code and _is_denied(line.error_text):
                    raise Ended(self._refused(line, {}))
                return
            reason = BLANK if answer.status == 200 and not answer.body.strip() else _strange(answer)
        except Ended as end:
            if isinstance(end.outcome, Failed):
                raise
            reason = str(end)
        raise Ended(Failed(reason=f"nothing was sent: {reason}", retryable=True, code="not_reachable"))

    def games(self) -> list[Offer]:
        """What can be ordered. Raises `Ended`."""
        found = read_games(self._post("GetSupportedGames", {}, kind="xml").body)
        if found is None:
            raise Ended(Unknown(reason="the panel's list of games is not of the form that we know"))
        return found

    def _post(self, function: str, fields: Mapping[str, str], kind: str = "text") -> Answer:
        form = {
            "tcadmin_username": self._settings.username,
            "tcadmin_password": self._settings.password.reveal(),
            "response_type": kind,
            "function": function,
            **fields,
        }
        return self._api.request("POST", self._settings.billing_path, form=form)

    def _accepted(self, answer: Answer, fields: Mapping[str, str]) -> Line:
        if answer.status != 200:
            raise Ended(Unknown(reason=_strange(answer)))
        if not answer.body.strip():
            # Third parties say that this is how a wrong address is turned away; a panel in trouble may say as much.
            raise Ended(Unknown(reason=BLANK))
        line = read_line(answer.body)
        if line is None or (line.return_code and not line.error_code):
            raise Ended(Unknown(reason="the panel's answer is not of the form that we know"))
        if line.error_code:
            raise Ended(self._refused(line, fields))
        return line

    def _refused(self, line: Line, fields: Mapping[str, str]) -> Failed:
        words = self._client.clean(line.error_text)
        sent = [self._settings.username, *(fields.get(name, "") for name in PERSONAL)]
        if any(value and value.lower() in line.error_text.lower() for value in sent):
            words = "its words repeat what we have sent; see its log Logs/Web/BillingApi.LastCommand.log"
        if _is_denied(line.error_text):
            return Failed(reason=f"the panel does not let us in: {words}; {REMEDY}", retryable=True, code="login")
        return Failed(reason=f"the panel refuses it: {words}", code=str(line.error_code))


def _is_denied(words: str) -> bool:
    """How the panel says that it does not let us in at all, so that nothing was done."""
    return any(each in words.lower() for each in ("access denied", "billing api is disabled"))


def _strange(answer: Answer) -> str:
    return f"somebody answered {answer.status}, but not the billing API; check base_url and billing_path"
