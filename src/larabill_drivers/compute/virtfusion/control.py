"""A control server: what all operations ask of it, and how they know that a server is ours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

import attrs
import httpx

from larabill_core.clock import Clock
from larabill_core.contracts.outcome import Facts, Failed, Manual, Unknown
from larabill_core.contracts.provisioner import ResourceRequest
from larabill_core.errors import InvalidInput
from larabill_drivers.asking import Api, Ended
from larabill_drivers.compute.virtfusion.answers import (
    Listed,
    Page,
    Server,
    ServerAnswer,
    ServersPage,
    explain,
    is_absent,
    is_ours,
)
from larabill_drivers.compute.virtfusion.settings import VirtFusionSettings, is_host
from larabill_drivers.http import Answer, HttpClient

LOCKED = timedelta(minutes=1)
"""How long to leave a server alone that a task of VirtFusion's has locked."""
MOST_PAGES = 1000
PER_PAGE = "200"
_DRIVER_REF = re.compile(r"([1-9][0-9]{0,9})(?::([0-9a-f-]{36}))?", re.ASCII)

AnyPage = TypeVar("AnyPage", bound=Page)


class Control:
    """One control server. It makes a second server when it is asked twice: nothing of ours stands in that request."""

    name = "virtfusion"
    dedupes = False

    def __init__(
        self,
        settings: VirtFusionSettings,
        *,
        account: str,
        clock: Clock,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.account = account
        self._settings = settings
        self._clock = clock
        self._address = settings.base_url.rstrip("/")
        client = HttpClient(
            f"{self._address}/api/v1",
            headers={"Authorization": f"Bearer {settings.api_token.reveal()}"},
            secrets=[settings.api_token],
            transport=transport,
        )
        self._api = Api(client, clock, explain)

    def ref_for(self, subject_id: UUID) -> str:
        """`lb-` and the id's 32 hexadecimal digits: the name of the server."""
        return f"lb-{subject_id.hex}"

    def _server(self, id: int, *, remote: bool = False) -> Server | None:
        """None when VirtFusion says that there is none. `remote`: with the state of the machine. Raises `Ended`."""
        query = {"remoteState": "true"} if remote else None
        answer = self._api.request("GET", f"/servers/{id}", query=query)
        if self._is_gone(answer):
            return None
        there = self._api.seen(answer, ServerAnswer).data
        if there.id != id:
            raise Ended(Unknown(reason="VirtFusion answered with another server"))
        return there

    def _is_gone(self, answer: Answer) -> bool:
        return answer.status == 404 and self._api.says(answer, is_absent)

    def _standing(self, request: ResourceRequest, *, remote: bool = False) -> Server:
        """The server of a request, which is ours. Raises `Ended`."""
        id, uuid = parse_driver_ref(request.driver_ref)
        there = self._server(id, remote=remote)
        if there is None:
            raise Ended(Failed(reason="VirtFusion has no such server", code="not_found"))
        check_ours(there, request.ref, uuid)
        return there

    def _change(self, method: str, path: str, **request: Any) -> None:
        """A success, whose body is not looked at. Raises `Ended`."""
        self._believe(self._ask_change(method, path, **request))

    def _believe(self, answer: Answer) -> None:
        """Of a success without anything to read: it is VirtFusion's. Raises `Ended` for a page of somebody else's."""
        if answer.body.strip():
            try:
                answer.json()
            except InvalidInput:
                raise Ended(Unknown(reason="the answer is none of VirtFusion's")) from None

    def _ask_change(self, method: str, path: str, **request: Any) -> Answer:
        """A success. Raises `Ended`: a locked server may be asked again, and is as it was."""
        answer = self._api.request(method, path, **request)
        if answer.status == 423:
            refused = self._api.refused(answer, retryable=True, code="locked")
            raise Ended(attrs.evolve(refused, retry_after=LOCKED) if isinstance(refused, Failed) else refused)
        if not 200 <= answer.status < 300:
            raise Ended(self._api.refused(answer, code="not_found" if self._is_gone(answer) else ""))
        return answer

    def _listed(self) -> Iterator[Listed]:
        """All servers. Raises `Ended`, also when the list has changed while its pages were read."""
        yield from self._pages("/servers", ServersPage)

    def _pages(self, path: str, kind: type[Any]) -> Iterator[Any]:
        """Line by line. Raises `Ended`."""
        lines, total = 0, None
        for number in range(1, MOST_PAGES + 1):
            answer = self._api.request("GET", path, query={"results": PER_PAGE, "page": str(number)})
            page = self._api.seen(answer, kind)
            if page.current_page != number or total not in (None, page.total):
                raise Ended(Unknown(reason="the list has changed while it was read"))
            total = page.total
            lines += len(page.data)
            yield from page.data
            if number >= page.last_page:
                break
        if lines != total:
            # One that is deleted meanwhile moves others to a page that was read before.
            raise Ended(Unknown(reason=f"the list has {lines} lines, and shall have {total}"))

    def _facts(self, there: Server) -> Facts:
        facts = {"login_url": f"{self._address}/"}
        for address in there.addresses():
            facts.setdefault(f"ipv{address.version}", address.address)
        if there.hostname and is_host(there.hostname):
            facts["host"] = there.hostname
        return facts


def parse_driver_ref(text: str) -> tuple[int, str]:
    """Id and uuid ("" where an operator gave the id alone). Raises `Ended`."""
    found = _DRIVER_REF.fullmatch(text)
    if found is None:
        raise Ended(Failed(reason="the id of a server is NUMBER:UUID", code="bad_id"))
    return int(found[1]), found[2] or ""


def check_ours(there: Server, ref: str, uuid: str) -> None:
    """It carries our ref as its name; or it is the machine of that uuid, renamed, but not to another service's ref.

    Raises `Ended`.
    """
    renamed = bool(uuid) and there.uuid == uuid and not is_ours(there.name)
    if there.name != ref and not renamed:
        raise Ended(Manual(reason=f"VirtFusion's server {there.id} is not the one of this service"))
