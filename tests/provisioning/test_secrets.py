"""Access details and credentials: sealed, shown once, and nowhere else (I12)."""

from __future__ import annotations

import logging
import os

import pytest
import sqlalchemy as sa
from tests.provisioning.scene import STAFF, Scene
from tests.provisioning.stub import CANARY_MAIL

from larabill_core.access import SYSTEM, Actor
from larabill_core.errors import AlreadyExists, Conflict, Forbidden, InvalidInput, NotFound
from larabill_core.ids import new_id
from larabill_core.messages import Nothing
from larabill_core.privacy import Secret
from larabill_core.vault import Sealed
from larabill_provisioning.credentials.handlers import rewrap_credentials, secrets_of
from larabill_provisioning.credentials.model import Scope
from larabill_sqlalchemy.opening import database_of
from larabill_sqlalchemy.storage import OF_ALL_SELLERS

SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"])


def customer_of(scene: Scene) -> Actor:
    return Actor(kind="customer", id="c-1", customer_id=scene.customer)


def test_access_details_are_shown_once_to_the_customer(scene: Scene) -> None:
    resource = scene.resource(scene.running())
    shown = scene.engine.provisioning.reveal(scene.seller, resource.id, actor=customer_of(scene))
    assert shown.facts["login_url"].startswith("https://")
    assert len(shown.secrets["password"].reveal()) == 24
    assert "console_token" in shown.secrets
    with pytest.raises(Conflict, match="shown before"):
        scene.engine.provisioning.reveal(scene.seller, resource.id, actor=customer_of(scene))
    assert [audit.actor for audit in scene.audits(resource.service_id) if audit.action == "reveal"] == ["customer:c-1"]
    scene.overdue(resource.service_id, 1)
    scene.settle()
    stored = scene.engine.run(lambda tx: tx.secrets.get("larabill_resources", resource.id))
    assert stored is None, "what was shown is forgotten, and a later operation brings no secret back"


@SQLITE
def test_access_details_are_for_their_customer_only_and_not_before_it_runs(scene: Scene) -> None:
    (service,) = scene.released()
    resource = scene.resource(service)
    reveal = scene.engine.provisioning.reveal
    with pytest.raises(Conflict, match="queued"):
        reveal(scene.seller, resource.id, actor=customer_of(scene))
    scene.settle()
    with pytest.raises(NotFound):
        reveal(scene.seller, resource.id, actor=Actor(kind="customer", id="c-2", customer_id=new_id()))
    for actor in (STAFF, SYSTEM):
        with pytest.raises(Forbidden):
            reveal(scene.seller, resource.id, actor=actor)
    assert reveal(scene.seller, resource.id, actor=customer_of(scene)).secrets


@SQLITE
def test_no_secret_and_no_personal_data_in_any_table_or_log(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    credentials = scene.engine.provisioning.credentials
    credentials.set(scene.seller, "panel", driver="fake", secrets={"key": Secret("credential-canary")}, actor=STAFF)
    service = scene.running()
    scene.overdue(service, 1)
    scene.settle()
    scene.paid(service)
    scene.settle()
    resource = scene.resource(service)
    shown = scene.engine.provisioning.reveal(scene.seller, resource.id, actor=customer_of(scene))
    canaries = [secret.reveal() for secret in shown.secrets.values()] + [CANARY_MAIL, "credential-canary"]
    with database_of(scene.engine).connect() as connection:
        connection = connection.execution_options(**OF_ALL_SELLERS)
        tables = sa.inspect(connection).get_table_names()
        stored = "\n".join(
            repr(row) for table in tables for row in connection.exec_driver_sql(f"SELECT * FROM {table}")
        )
    assert len(tables) > 10
    assert resource.ref in stored
    for canary in canaries:
        assert canary not in stored
        assert canary not in caplog.text
        assert canary not in repr(shown)
    trail = repr(scene.audits(service))
    assert resource.driver_ref not in trail
    assert "sha256:" in trail


def test_credentials_are_stored_rotated_listed_and_deleted(scene: Scene) -> None:
    credentials = scene.engine.provisioning.credentials
    credentials.set(scene.seller, "panel", driver="fake", secrets={"key": Secret("one-1")}, actor=STAFF)
    with pytest.raises(AlreadyExists):
        credentials.set(scene.seller, "panel", driver="fake", secrets={"key": Secret("two-2")}, actor=STAFF)
    assert _secret(scene) == "one-1"
    assert credentials.rotate(scene.seller, "panel", secrets={"key": Secret("two-2")}, actor=STAFF).secret_version == 2
    assert _secret(scene) == "two-2"
    listed = credentials.list(scene.seller, actor=STAFF)
    assert [known.name for known in listed] == ["panel"]
    assert "two-2" not in repr(listed)
    credentials.delete(scene.seller, "panel", actor=STAFF)
    with pytest.raises(NotFound):
        _secret(scene)


def _secret(scene: Scene) -> str:
    found = scene.engine.run(lambda tx: secrets_of(tx, "panel"), seller=scene.seller, actor=STAFF)
    return str(found["key"].reveal())


@SQLITE
def test_personal_credentials_are_their_owners_only(scene: Scene) -> None:
    credentials = scene.engine.provisioning.credentials
    mine, other = {"key": Secret("mine-1")}, Actor(kind="staff", id="ops-2")
    credentials.set(scene.seller, "panel", driver="fake", secrets=mine, scope=Scope.USER, actor=STAFF)
    assert credentials.list(scene.seller, actor=other) == []
    for forbidden in (
        lambda actor: credentials.delete(scene.seller, "panel", actor=actor),
        lambda actor: credentials.rotate(scene.seller, "panel", secrets=mine, actor=actor),
    ):
        with pytest.raises(Forbidden):
            forbidden(other)
        with pytest.raises(Forbidden):
            forbidden(customer_of(scene))
    with pytest.raises(NotFound):
        credentials.delete(new_id(), "panel", actor=STAFF)


@SQLITE
def test_bad_credentials_are_refused_with_all_faults(scene: Scene) -> None:
    with pytest.raises(InvalidInput) as caught:
        scene.engine.provisioning.credentials.set(
            scene.seller, " ", driver="fake", secrets={"key": Secret("")}, actor=STAFF
        )
    assert [fault.path for fault in caught.value.faults] == ["name", "secrets.key"]


def test_rotation_of_keys_wraps_credentials_anew(scene: Scene) -> None:
    credentials = scene.engine.provisioning.credentials
    before = credentials.set(scene.seller, "panel", driver="fake", secrets={"key": Secret("one-1")}, actor=STAFF)
    vault = scene.engine.vault
    vault._keyring = type(vault._keyring)({**vault._keyring._keys, "newer": os.urandom(32)}, "newer")
    scene.engine.run(lambda tx: rewrap_credentials(tx, Nothing()))
    (after,) = credentials.list(scene.seller, actor=STAFF)
    assert (before.key_name, after.key_name) != ("newer", before.key_name)
    assert after.key_name == "newer"
    old, new = Sealed.from_bytes(before.secrets_encrypted), Sealed.from_bytes(after.secrets_encrypted)
    assert old.ciphertext == new.ciphertext
    assert _secret(scene) == "one-1"
