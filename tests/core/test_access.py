"""Rules of access: deny by default, and every mistake in the table is found at load."""

from __future__ import annotations

from uuid import UUID

import pytest

from larabill_core.access import SYSTEM, Access, Actor, Role
from larabill_core.errors import ConfigurationError, Forbidden, InvalidInput

ABILITIES = ["invoices.read", "invoices.void", "orders.read", "orders.place", "reports.tax.read"]
ROLES = [
    Role(name="clerk", grants=("invoices.*", "orders.read")),
    Role(name="auditor", grants=("*.read",)),
    Role(name="owner", grants=("*",)),
]
access = Access(ROLES, ABILITIES)


def staff(*roles: str) -> Actor:
    return Actor(kind="staff", id="7", roles=roles)


@pytest.mark.parametrize(
    ("actor", "allowed"),
    [
        (staff(), set()),
        (staff("unknown"), set()),
        (staff("clerk"), {"invoices.read", "invoices.void", "orders.read"}),
        (staff("auditor"), {"invoices.read", "orders.read"}),
        (staff("auditor", "clerk"), {"invoices.read", "invoices.void", "orders.read"}),
        (staff("owner"), set(ABILITIES)),
        (SYSTEM, set(ABILITIES)),
        (Actor(kind="driver", id="fake"), set()),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, Actor) else "+".join(sorted(value))[:60],
)
def test_an_actor_may_what_its_roles_grant_and_nothing_else(actor: Actor, allowed: set[str]) -> None:
    for ability in ABILITIES:
        assert access.allows(actor, ability) == (ability in allowed)
        if ability in allowed:
            access.require(actor, ability)
        else:
            with pytest.raises(Forbidden, match=f"{actor.kind}:{actor.id} may not {ability}"):
                access.require(actor, ability)


@pytest.mark.parametrize("kind", ["staff", "customer", "gateway", "driver"])
def test_the_system_role_in_the_hands_of_others_grants_nothing(kind: str) -> None:
    actor = Actor(kind=kind, id="1", roles=("system",), customer_id=UUID(int=1))  # type: ignore[arg-type]
    assert not any(access.allows(actor, ability) for ability in ABILITIES)


def test_a_glob_star_stands_for_one_segment() -> None:
    assert Access([Role(name="r", grants=("reports.*.read",))], ABILITIES).allows(staff("r"), "reports.tax.read")
    assert not access.allows(staff("auditor"), "reports.tax.read")
    with pytest.raises(ConfigurationError, match="grants nothing"):
        Access([Role(name="r", grants=("reports.*",))], ABILITIES)


def test_all_mistakes_in_the_table_are_reported_at_once() -> None:
    roles = [
        Role(name="a", grants=("invoice.*", "", "invoices.r*", "invoices.read")),
        Role(name="a", grants=("*",)),
        Role(name="system", grants=("*",)),
    ]
    with pytest.raises(ConfigurationError) as caught:
        Access(roles, [*ABILITIES, "Bad"], used=["invoices.read", "orders.cancel"])
    assert [(fault.path, fault.value) for fault in caught.value.faults] == [
        ("abilities", "'Bad'"),
        ("roles.a[0]", "'invoice.*'"),
        ("roles.a[1]", "''"),
        ("roles.a[2]", "'invoices.r*'"),
        ("roles.a", None),
        ("roles.system", None),
        ("abilities", "'orders.cancel'"),
    ]


@pytest.mark.parametrize("actor", [SYSTEM, staff("owner")], ids=str)
def test_an_ability_that_nobody_registered_is_an_error_even_for_the_mighty(actor: Actor) -> None:
    with pytest.raises(ConfigurationError, match="not registered"):
        access.require(actor, "invoices.delete")


def test_a_customer_always_acts_for_one_customer() -> None:
    with pytest.raises(InvalidInput, match=r"actor\.customer_id: is missing"):
        Actor(kind="customer", id="1")
    assert str(Actor(kind="customer", id="1", customer_id=UUID(int=1))) == "customer:1"
