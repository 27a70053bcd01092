"""Envelope encryption of secrets: AES-256-GCM, a data key per row, wrapped by a named key from a file.

The secret is encrypted with a random data key; the data key is encrypted with the active key of the key ring.
Associated data `table:row:secret_version` binds both to their row, so that a blob copied to another row does
not open. Rotation re-wraps the data key only. There is no default key. AES-GCM: NIST SP 800-38D, with
random 96-bit nonces; a data key encrypts one message, and a ring's key far fewer than 2**32.
"""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Mapping
from typing import Any, Final, Self
from uuid import UUID

import attrs

from larabill_core.errors import ConfigurationError
from larabill_core.keyring import KEY_BYTES, KeyRing
from larabill_core.privacy import Secret

_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16
_WRAPPED_BYTES: Final = _NONCE_BYTES + KEY_BYTES + _TAG_BYTES
_HEAD = struct.Struct(">3sBI")
_MAGIC: Final = b"LV\x01"


@attrs.frozen(kw_only=True)
class Sealed:
    """A sealed secret; `to_bytes` is what one column stores. Nothing in it is secret."""

    key_name: str
    wrapped_key: bytes
    nonce: bytes
    ciphertext: bytes
    secret_version: int

    def to_bytes(self) -> bytes:
        """Format, length of the key's name, secret version; name, wrapped key, nonce, ciphertext."""
        name = self.key_name.encode("ascii")
        head = _HEAD.pack(_MAGIC, len(name), self.secret_version)
        return head + name + self.wrapped_key + self.nonce + self.ciphertext

    @classmethod
    def from_bytes(cls, blob: bytes) -> Self:
        """The inverse. Raises ConfigurationError when the bytes are something else, or cut."""
        if len(blob) < _HEAD.size or not blob.startswith(_MAGIC):
            raise _unreadable("it is not a sealed secret of a format that this version knows")
        _, length, version = _HEAD.unpack_from(blob)
        name_end = _HEAD.size + length
        key_end = name_end + _WRAPPED_BYTES
        nonce_end = key_end + _NONCE_BYTES
        name = blob[_HEAD.size : name_end]
        if len(blob) < nonce_end + _TAG_BYTES or not name.isascii():
            raise _unreadable("it was cut or altered")
        return cls(
            key_name=name.decode("ascii"),
            wrapped_key=blob[name_end:key_end],
            nonce=blob[key_end:nonce_end],
            ciphertext=blob[nonce_end:],
            secret_version=version,
        )


class Vault:
    """Seals and opens secrets with the keys of a ring."""

    def __init__(self, keyring: KeyRing) -> None:
        self._keyring = keyring

    @property
    def active_key(self) -> str:
        """The name of the key that seals now: rows under another one are due for `rewrap`."""
        return self._keyring.active

    def seal(self, plaintext: bytes | Mapping[str, object], *, table: str, row: UUID, secret_version: int) -> Sealed:
        """Encrypt for one row of one table; a mapping is stored as JSON, its `Secret`s revealed.

        Raises ValueError for a table name with a colon or a version outside 1 to 2**32 - 1.
        """
        data = plaintext if isinstance(plaintext, bytes) else _to_json(plaintext)
        key, nonce = os.urandom(KEY_BYTES), os.urandom(_NONCE_BYTES)
        place = _place(table, row, secret_version)
        name = self._keyring.active
        return Sealed(
            key_name=name,
            wrapped_key=self._wrap(key, name, place),
            nonce=nonce,
            ciphertext=_encrypt(key, nonce, data, place),
            secret_version=secret_version,
        )

    def open(self, sealed: Sealed, *, table: str, row: UUID) -> bytes:
        """The plaintext. Raises ConfigurationError for a missing or wrong key, and for another's row."""
        place = _place(table, row, sealed.secret_version)
        data = _decrypt(self._unwrap(sealed, place), sealed.nonce, sealed.ciphertext, place)
        if data is None:
            raise _unreadable(f"the secret of {table} {row} was altered")
        return data

    def open_mapping(self, sealed: Sealed, *, table: str, row: UUID) -> dict[str, Any]:
        """The mapping that was sealed. Raises ConfigurationError as `open` does, or if it was none."""
        try:
            found = json.loads(self.open(sealed, table=table, row=row))
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise _unreadable(f"the secret of {table} {row} is not a mapping")
        return found

    def rewrap(self, sealed: Sealed, table: str, row: UUID) -> Sealed:
        """The same secret under the active key: only the data key is wrapped anew. Raises as `open` does."""
        if sealed.key_name == self._keyring.active:
            return sealed
        place = _place(table, row, sealed.secret_version)
        wrapped = self._wrap(self._unwrap(sealed, place), self._keyring.active, place)
        return attrs.evolve(sealed, key_name=self._keyring.active, wrapped_key=wrapped)

    def _wrap(self, key: bytes, name: str, place: bytes) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + _encrypt(self._keyring.key(name), nonce, key, place)

    def _unwrap(self, sealed: Sealed, place: bytes) -> bytes:
        nonce, wrapped = sealed.wrapped_key[:_NONCE_BYTES], sealed.wrapped_key[_NONCE_BYTES:]
        key = _decrypt(self._keyring.key(sealed.key_name), nonce, wrapped, place)
        if key is None:
            raise _unreadable(
                f"key '{sealed.key_name}' does not fit {place.decode()}: the file holds another key of "
                "this name, or the secret belongs to another row"
            )
        return key


def _place(table: str, row: UUID, secret_version: int) -> bytes:
    if not table or ":" in table or not 1 <= secret_version < 2**32:
        raise ValueError(f"not a place for a secret: {table!r}, version {secret_version}")
    return f"{table}:{row}:{secret_version}".encode()


def _to_json(plaintext: Mapping[str, object]) -> bytes:
    return json.dumps(dict(plaintext), default=_reveal, allow_nan=False, ensure_ascii=False).encode()


def _reveal(value: object) -> str:
    if isinstance(value, Secret):
        return value.reveal()
    raise TypeError(f"a {type(value).__name__} cannot be sealed in a mapping: use text, numbers, lists, mappings")


def _encrypt(key: bytes, nonce: bytes, data: bytes, place: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(key).encrypt(nonce, data, place)


def _decrypt(key: bytes, nonce: bytes, data: bytes, place: bytes) -> bytes | None:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        return AESGCM(key).decrypt(nonce, data, place)
    except InvalidTag:
        return None


def _unreadable(problem: str) -> ConfigurationError:
    return ConfigurationError.one("vault", problem, remedy="restore the key file or the row from a backup")
