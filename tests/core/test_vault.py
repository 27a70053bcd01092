"""Rules of the vault: a secret opens with its key, in its row, unaltered; or not at all."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from larabill_core.errors import ConfigurationError
from larabill_core.keyring import KeyRing
from larabill_core.privacy import Secret
from larabill_core.vault import Sealed, Vault

OLD, NEW = (hashlib.sha256(b"key for tests " + n).digest() for n in (b"old", b"new"))
ROW, ELSEWHERE = UUID(int=1), UUID(int=2)
TABLE = "larabill_credentials"
CANARY = b"cAnary7Zq9hunter22"

vault = Vault(KeyRing({"k1": OLD}, "k1"))
rotated = Vault(KeyRing({"k1": OLD, "k2": NEW}, "k2"))


def seal(data: Any = CANARY, version: int = 1, by: Vault = vault) -> Sealed:
    return by.seal(data, table=TABLE, row=ROW, secret_version=version)


def refusal(sealed: Sealed, table: str = TABLE, row: UUID = ROW, by: Vault = vault) -> str:
    with pytest.raises(ConfigurationError) as caught:
        by.open(sealed, table=table, row=row)
    assert CANARY.decode() not in str(caught.value)
    return str(caught.value)


@given(st.binary(), st.integers(1, 2**32 - 1))
def test_what_is_sealed_opens_after_storage(data: bytes, version: int) -> None:
    sealed = seal(data, version)
    assert len(data) < 4 or data not in sealed.to_bytes()
    assert vault.open(Sealed.from_bytes(sealed.to_bytes()), table=TABLE, row=ROW) == data
    assert Sealed.from_bytes(sealed.to_bytes()) == sealed


def test_mappings_open_as_mappings_with_their_secrets() -> None:
    sealed = seal({"user": "ann", "password": Secret("p\u00e4ss"), "ports": [22]})
    assert vault.open_mapping(sealed, table=TABLE, row=ROW) == {
        "user": "ann",
        "password": "p\u00e4ss",
        "ports": [22],
    }


def test_what_no_json_can_hold_is_not_sealed() -> None:
    for value in (object(), float("nan"), b"x"):
        with pytest.raises((TypeError, ValueError)):
            seal({"x": value})


@pytest.mark.parametrize("data", [b"\xff", b"[1]", b""])
def test_what_was_no_mapping_does_not_open_as_one(data: bytes) -> None:
    with pytest.raises(ConfigurationError, match="not a mapping"):
        vault.open_mapping(seal(data), table=TABLE, row=ROW)


def test_the_same_secret_is_never_sealed_alike_twice() -> None:
    first, second = seal(), seal()
    assert first.wrapped_key != second.wrapped_key
    assert first.nonce != second.nonce
    assert first.ciphertext != second.ciphertext


def test_a_secret_opens_in_its_own_row_table_and_version_only() -> None:
    assert "belongs to another row" in refusal(seal(), row=ELSEWHERE)
    assert "belongs to another row" in refusal(seal(), table="larabill_payment_methods")
    assert "belongs to another row" in refusal(attrs.evolve(seal(), secret_version=2))


def test_parts_of_two_secrets_do_not_open_together() -> None:
    first, second = seal(b"one"), seal(b"two")
    assert "altered" in refusal(attrs.evolve(first, ciphertext=second.ciphertext, nonce=second.nonce))
    assert "altered" in refusal(attrs.evolve(first, wrapped_key=second.wrapped_key))


@given(st.data())
def test_no_altered_byte_goes_unnoticed(data: st.DataObject) -> None:
    blob = bytearray(seal().to_bytes())
    place = data.draw(st.integers(0, len(blob) - 1))
    blob[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(ConfigurationError) as caught:
        vault.open(Sealed.from_bytes(bytes(blob)), table=TABLE, row=ROW)
    assert CANARY.decode() not in str(caught.value)


@given(st.integers(0, 200))
def test_a_blob_that_was_cut_is_refused(length: int) -> None:
    blob = seal().to_bytes()
    if length < len(blob):
        with pytest.raises(ConfigurationError):
            vault.open(Sealed.from_bytes(blob[:length]), table=TABLE, row=ROW)


@given(st.binary(max_size=300))
def test_foreign_bytes_are_no_sealed_secret(blob: bytes) -> None:
    with pytest.raises(ConfigurationError, match="not a sealed secret"):
        Sealed.from_bytes(blob)


def test_another_key_of_the_same_name_is_told_from_a_missing_one() -> None:
    assert "k1' does not fit" in refusal(seal(), by=Vault(KeyRing({"k1": NEW}, "k1")))
    assert "has no such key (got 'k1')" in refusal(seal(), by=Vault(KeyRing({"k2": NEW}, "k2")))


def test_rewrapping_changes_the_wrapped_key_only_and_frees_the_old_key() -> None:
    sealed = seal(version=3)
    fresh = rotated.rewrap(sealed, TABLE, ROW)
    assert (fresh.key_name, fresh.ciphertext, fresh.nonce) == ("k2", sealed.ciphertext, sealed.nonce)
    assert fresh.wrapped_key != sealed.wrapped_key
    assert Vault(KeyRing({"k2": NEW}, "k2")).open(fresh, table=TABLE, row=ROW) == CANARY
    assert rotated.rewrap(fresh, TABLE, ROW) is fresh


def test_rewrapping_in_the_wrong_row_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="another row"):
        rotated.rewrap(seal(), TABLE, ELSEWHERE)


@pytest.mark.parametrize(("table", "version"), [("", 1), ("a:b", 1), ("t", 0), ("t", -1), ("t", 2**32)])
def test_a_place_is_unambiguous(table: str, version: int) -> None:
    with pytest.raises(ValueError, match="not a place for a secret"):
        vault.seal(b"x", table=table, row=ROW, secret_version=version)


def test_the_vault_loads_cryptography_only_when_it_is_used() -> None:
    program = "import sys, larabill_core.vault; sys.exit('cryptography' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
