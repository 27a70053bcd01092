"""Who may do what: actors, abilities (`area.verb`), roles, and the check that denies by default.

Modules register the abilities that they know; settings map roles to them. Which rows an actor sees is not
decided here: every query is scoped by seller, and a customer's by customer.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Final, Literal
from uuid import UUID

import attrs

from larabill_core.errors import ConfigurationError, Faults, Forbidden, InvalidInput, NotFound

Ability = str
ActorKind = Literal["system", "staff", "customer", "gateway", "driver"]

SYSTEM_ROLE: Final = "system"

_ABILITY = re.compile(r"[a-z][a-z_]*(?:\.[a-z][a-z_]*)+")
_GRANT = re.compile(r"\*|(?:\*|[a-z][a-z_]*)(?:\.(?:\*|[a-z][a-z_]*))+")


@attrs.frozen(kw_only=True)
class Actor:
    """Who acts. `id` is opaque (never an e-mail address), because audits and errors show it.

    A customer always has `customer_id`; an actor with `seller_id` acts for that seller only.
    Raises InvalidInput for a customer without `customer_id`.
    """

    kind: ActorKind
    id: str
    roles: tuple[str, ...] = ()
    seller_id: UUID | None = None
    customer_id: UUID | None = None

    def __attrs_post_init__(self) -> None:
        if self.kind == "customer" and self.customer_id is None:
            raise InvalidInput.one("actor.customer_id", "is missing", remedy="name the customer")

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


SYSTEM: Final = Actor(kind="system", id="system", roles=(SYSTEM_ROLE,))
"""LaraBill itself: workers and scheduled runs."""


@attrs.frozen(kw_only=True)
class Role:
    """A name and its grants: abilities, or globs in which `*` stands for one segment (alone: for all)."""

    name: str
    grants: tuple[str, ...]


class Access:
    """The table of roles, checked at load.

    Raises ConfigurationError, with all its faults, when an ability is misspelt, a role is defined twice or
    is called `system`, a grant matches nothing, or code uses an ability that no module registers.
    """

    def __init__(self, roles: Iterable[Role], abilities: Iterable[Ability], *, used: Iterable[Ability] = ()) -> None:
        faults = Faults()
        self._abilities = frozenset(abilities)
        for ability in sorted(self._abilities):
            if not _ABILITY.fullmatch(ability):
                faults.add("abilities", "is not of the form area.verb", value=ability)
        granted: dict[str, frozenset[Ability]] = {SYSTEM_ROLE: self._abilities}
        for role in roles:
            with faults.at("roles", role.name):
                if role.name in granted:
                    faults.add("", "is defined already", remedy="choose another name")
                granted[role.name] = self._expand(role, faults)
        for ability in sorted(set(used) - self._abilities):
            faults.add("abilities", "is used but not registered", value=ability, remedy="add it to the module")
        faults.raise_if_any(ConfigurationError)
        self._granted: Mapping[str, frozenset[Ability]] = granted

    def _expand(self, role: Role, faults: Faults) -> frozenset[Ability]:
        matched: set[Ability] = set()
        for index, grant in enumerate(role.grants):
            found = {a for a in self._abilities if _matches(grant, a)} if _GRANT.fullmatch(grant) else set()
            if not found:
                faults.add(f"[{index}]", "grants nothing", value=grant, remedy="name a registered ability")
            matched |= found
        return frozenset(matched)

    @property
    def roles(self) -> Collection[str]:
        """The names of all roles."""
        return self._granted.keys()

    def allows(self, actor: Actor, ability: Ability) -> bool:
        """Whether one of the actor's roles grants it; unknown roles grant nothing.

        The role `system` counts for actors of kind system only, whatever a host puts into `roles`.
        Raises ConfigurationError for an ability that no module registers.
        """
        if ability not in self._abilities:
            raise ConfigurationError.one("abilities", "is used but not registered", ability)
        return any(
            ability in self._granted.get(role, ())
            for role in actor.roles
            if role != SYSTEM_ROLE or actor.kind == "system"
        )

    def require(self, actor: Actor, ability: Ability) -> None:
        """Raise Forbidden unless the actor may."""
        if not self.allows(actor, ability):
            raise Forbidden(ability, str(actor))


def own(actor: Actor, kind: str, id: object, customer_id: UUID | None) -> None:
    """Raises `NotFound`, as for what is not there, when the actor is another customer (B01)."""
    if actor.customer_id not in (None, customer_id):
        raise NotFound(kind, id)


def _matches(grant: str, ability: Ability) -> bool:
    if grant == "*":
        return True
    wanted, segments = grant.split("."), ability.split(".")
    return len(wanted) == len(segments) and all(
        want in ("*", segment) for want, segment in zip(wanted, segments, strict=True)
    )
