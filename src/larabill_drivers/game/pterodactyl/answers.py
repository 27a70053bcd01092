"""What of the panel's answers is read, and what a server's state means to us."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

import msgspec

from larabill_core.contracts.provisioner import RemoteStatus

Id: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]
Identifier: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f-]{8,36}$")]
Image: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^~?[\w./:@ -]{1,190}$")]

FAILED = ("install_failed", "reinstall_failed")


class ServerAttributes(msgspec.Struct):
    """A server. `status` is null when it is ready."""

    id: Id
    identifier: Identifier
    allocation: Id
    external_id: str | None = None
    status: str | None = None
    suspended: bool = False

    @property
    def remote_status(self) -> RemoteStatus:
        """Installed or not: a server that is suspended meanwhile does not say any more whether it was installed."""
        if self.suspended or self.status == "suspended":
            return RemoteStatus.SUSPENDED
        return RemoteStatus.ACTIVE if self.status is None else RemoteStatus.BUILDING


class Server(msgspec.Struct):
    attributes: ServerAttributes


class UserAttributes(msgspec.Struct):
    id: Id
    external_id: str


class User(msgspec.Struct):
    attributes: UserAttributes


class VariableAttributes(msgspec.Struct):
    env_variable: str
    default_value: str | int | None = ""


class Variable(msgspec.Struct):
    attributes: VariableAttributes


class Variables(msgspec.Struct):
    data: list[Variable]


class EggRelations(msgspec.Struct):
    variables: Variables


class EggAttributes(msgspec.Struct):
    docker_image: Image
    startup: str
    relationships: EggRelations


class Egg(msgspec.Struct):
    """What a server of it runs, and its variables with their defaults."""

    attributes: EggAttributes

    @property
    def environment(self) -> dict[str, str]:
        """The defaults of its variables."""
        found = (variable.attributes for variable in self.attributes.relationships.variables.data)
        return {each.env_variable: str("" if each.default_value is None else each.default_value) for each in found}


class Pagination(msgspec.Struct):
    current_page: int
    total_pages: int


class Meta(msgspec.Struct):
    pagination: Pagination


class Servers(msgspec.Struct):
    """A page of all."""

    data: list[Server]
    meta: Meta


class NamedAttributes(msgspec.Struct):
    id: Id
    name: str


class Named(msgspec.Struct):
    attributes: NamedAttributes


class NamedPage(msgspec.Struct):
    data: list[Named]
    meta: Meta


def explain(answer: Any) -> str:
    """The panel's own words: `errors[].detail`."""
    return "; ".join(str(error["detail"]) for error in answer["errors"][:3])


def refuses(answer: Any, field: str, rule: str) -> bool:
    """Whether the panel refuses `field` by `rule` ("unique": it is there already)."""
    return any(
        isinstance(error, dict)
        and isinstance(error.get("meta"), dict)
        and (error["meta"].get("source_field"), error["meta"].get("rule")) == (field, rule)
        for error in answer.get("errors", ())
    )


def is_absent(answer: Any) -> bool:
    """Whether a 404 is the panel's word for "there is none", and not a wrong address."""
    return any(isinstance(error, dict) and error.get("code") == "NotFoundHttpException" for error in answer["errors"])
