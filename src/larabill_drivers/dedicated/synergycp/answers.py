"""What of the panel's answers is read. Read from the vendor's own clients, since the server is closed."""

from __future__ import annotations

import ipaddress
from decimal import Decimal
from typing import Annotated, Any, Generic, Literal, TypeAlias, TypeVar

import msgspec

from larabill_core.contracts.provisioner import RemoteStatus

T = TypeVar("T")

Id: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]
Flag: TypeAlias = bool | Literal[0, 1]
Bits: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=2**62)] | Annotated[float, msgspec.Meta(ge=0, le=2**62)]
Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=10**9)]
Name: TypeAlias = Annotated[str, msgspec.Meta(max_length=1000)]


class Billing(msgspec.Struct):
    """`id` is that of whoever sells the server: our ref, or a number of somebody else's."""

    id: str | int | None = None


class ServerAccess(msgspec.Struct):
    """The owner's. `client` (`{"id": …}`) is not described, and is read by the vendor's admin theme."""

    is_active: Flag
    client: Any = None


class Usage(msgspec.Struct):
    """Traffic in bits, since the billing period began."""

    used: Bits

    @property
    def bytes(self) -> Decimal:
        """Exactly: by the digits that the panel wrote."""
        return Decimal(str(self.used)) / 8


class Server(msgspec.Struct):
    """A machine: of the inventory, when nobody has access to it and no billing id stands there.

    `entity` (`{"name": address}`) is not described, and is read by the vendor's admin theme.
    """

    id: Id
    billing: Billing | None = None
    access: ServerAccess | None = None
    usage: Usage | None = None
    entity: Any = None

    @property
    def billing_id(self) -> str:
        """Without one: ""."""
        id = self.billing.id if self.billing is not None else None
        return "" if id is None else str(id)

    @property
    def is_free(self) -> bool:
        return not self.billing_id and self.access is None

    @property
    def status(self) -> RemoteStatus:
        """A server to which its owner has no access, for whatever reason, is suspended."""
        is_active = self.access is not None and self.access.is_active
        return RemoteStatus.ACTIVE if is_active else RemoteStatus.SUSPENDED

    @property
    def client_id(self) -> int | None:
        """The panel's client to whom it belongs, where the panel tells."""
        client = self.access.client if self.access is not None else None
        id = client.get("id") if isinstance(client, dict) else None
        return id if type(id) is int and 0 < id < 2**31 else None

    @property
    def address(self) -> str:
        """Its first address or network, where the panel shows one."""
        name = self.entity.get("name") if isinstance(self.entity, dict) else None
        try:
            return str(ipaddress.ip_interface(name)).removesuffix("/32").removesuffix("/128") if name else ""
        except ValueError:
            return ""


class Handed(msgspec.Struct):
    """The answer to a provision."""

    server: Server


class Access(msgspec.Struct):
    """Who may use a server: its owner (`is_primary`) or a sub-client."""

    id: Id
    is_active: Flag
    is_primary: Flag = False


class Client(msgspec.Struct):
    id: Id
    billing_id: str | int | None = None


class Made(msgspec.Struct):
    """Of what was made or changed, only its id is told."""

    id: Id


class ClientKey(msgspec.Struct):
    """What lets in as a client: a secret."""

    key: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._~-]{8,200}$")]


class Named(msgspec.Struct):
    """A PXE profile, IP group or part; only with a `billing_id` it can be ordered."""

    name: Name
    billing_id: Name | None = None


class Page(msgspec.Struct, Generic[T]):
    data: list[T]
    current_page: Count
    last_page: Count
    total: Count
