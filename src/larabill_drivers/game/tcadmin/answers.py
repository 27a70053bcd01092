"""What the panel answers: lines of text and XML from its billing API, JSON from its REST API.

The text is read as the vendor's own module for WHMCS reads it (tcadmin2_advanced 1.07), which does so for every
function: `return_code TAB return_text TAB error_code TAB error_text`, the last one not always there.
"""

from __future__ import annotations

import re
from enum import IntEnum
from xml.parsers import expat

import attrs
import msgspec

from larabill_core.contracts.inventory import Offer
from larabill_core.contracts.provisioner import RemoteStatus

MOST_GAMES = 5000
_CODE = re.compile(r"-?[0-9]{1,10}")
_LOGIN = re.compile(r"[A-Za-z0-9_-]{1,64}")
_ADDRESS = re.compile(r"[A-Za-z0-9.:\[\]-]{1,100}")


@attrs.frozen
class Line:
    """A text answer. It is a yes when both codes are 0, a no when `error_code` is not, and else neither."""

    return_code: int
    return_text: str
    error_code: int
    error_text: str

    @property
    def login(self) -> str:
        """The login name that a create has really used; "" when it is none that could be shown."""
        return self.return_text if _LOGIN.fullmatch(self.return_text) else ""


def read_line(body: bytes) -> Line | None:
    """None for what is not of this form."""
    columns = body.decode("utf-8", "replace").removeprefix("\ufeff").strip("\r\n").split("\t", 3)
    if len(columns) < 3 or not _CODE.fullmatch(columns[0]) or not _CODE.fullmatch(columns[2].strip()):
        return None
    error_text = columns[3] if len(columns) == 4 else ""
    return Line(int(columns[0]), columns[1].strip(), int(columns[2]), error_text)


def is_page(body: bytes) -> bool:
    """Whether it is a page for people: of a proxy, or of a wrong address."""
    return b"<html" in body[:2000].lower()


def read_games(body: bytes) -> list[Offer] | None:
    """`<results><game><gameid/><name/></game>…<errorcode/></results>`; None for what is not of this form, or a no.

    The form is what third parties' modules read (Blesta's, TCAdmin-PHP-SDK): the vendor describes none.
    """
    games: list[dict[str, str]] = []
    codes: list[str] = []
    path: list[str] = []
    text: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        path.append(name.lower())
        text.clear()
        if path == ["results", "game"]:
            games.append({})

    def end(name: str) -> None:
        match path:
            case ["results", "game", ("gameid" | "name") as field]:
                games[-1][field] = "".join(text).strip()
            case ["results", "errorcode"]:
                codes.append("".join(text).strip())
        path.pop()
        text.clear()

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = text.append
    parser.StartDoctypeDeclHandler = _refuse  # and with it every entity
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, ValueError):
        return None
    offers = [_game(each) for each in games[:MOST_GAMES]]
    return [offer for offer in offers if offer is not None] if codes == ["0"] else None


def _refuse(*declared: object) -> None:
    raise ValueError("a document type is declared")


def _game(fields: dict[str, str]) -> Offer | None:
    code, name = fields.get("gameid", ""), fields.get("name", "")
    fits = re.fullmatch(r"[0-9]{1,10}", code) and name.isprintable()
    return Offer(code=code, name=name[:200] or code) if fits else None


class ServiceStatus(IntEnum):
    """What a game's process does (TCAdminApiSharp, ServiceStatus.cs)."""

    PROCESSING = -3
    START_ERROR = -2
    UNKNOWN = -1
    DISABLED = 0
    STOPPED = 1
    STARTING = 2
    STOPPING = 3
    RUNNING = 4
    RESUMING = 5
    PAUSING = 6
    PAUSED = 7


BILLED, SUSPENDED = 1, 2
"""BillingStatus.cs. There are no others."""


class Service(msgspec.Struct, rename="pascal"):
    """A game service. Only what we read, and without bounds where it may be somebody else's."""

    service_id: int
    user_id: int
    game_id: int
    slots: int
    billing_status: int
    service_status: int
    billing_id: str | None = None
    private: bool = False
    branded: bool = False
    memory_limit: int = msgspec.field(name="MemoryLimitMB", default=0)
    cpu_limit: int = 0
    current_cpu: float = 0
    current_players: int = 0
    connection_info: str | None = None

    @property
    def process(self) -> ServiceStatus | None:
        """None for a status that we do not know."""
        return ServiceStatus(self.service_status) if self.service_status in [*ServiceStatus] else None

    @property
    def remote_status(self) -> RemoteStatus | None:
        """None for what is not described: nothing is guessed from it."""
        if self.billing_status not in (BILLED, SUSPENDED) or self.process is None:
            return None
        if self.billing_status == SUSPENDED or self.process is ServiceStatus.DISABLED:
            return RemoteStatus.SUSPENDED
        is_unready = self.process in (ServiceStatus.PROCESSING, ServiceStatus.UNKNOWN)
        return RemoteStatus.BUILDING if is_unready else RemoteStatus.ACTIVE

    @property
    def address(self) -> str:
        """Where players connect to; "" when it is not to be shown."""
        found = self.connection_info or ""
        return found if _ADDRESS.fullmatch(found) else ""


class Services(msgspec.Struct, rename="pascal"):
    """All of them at once. The vendor's SDK takes `Success` for true where it is missing."""

    result: list[Service]
    success: bool = True


class UserFields(msgspec.Struct, rename="pascal"):
    user_id: int
    user_name: str
    billing_id: str | None = None


class User(msgspec.Struct, rename="pascal"):
    result: UserFields
    success: bool = True


def explain(answer: object) -> str:
    """The REST API's own words."""
    if not isinstance(answer, dict):
        raise TypeError("an answer is an object")
    return str(answer["Message"])
