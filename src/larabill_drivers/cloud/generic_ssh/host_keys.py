"""The pinned keys of the host. Nothing is ever added by itself: an unknown host is not talked to. Pure."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence

import attrs

from larabill_core.errors import Faults, InvalidInput

_FINGERPRINT = re.compile(r"SHA256:([A-Za-z0-9+/]{43})=?")
_TYPE = re.compile(r"ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)")
_REMEDY = "give a line of known_hosts (ssh-keyscan, compared by another way) or SHA256:…"


@attrs.frozen(kw_only=True)
class Pins:
    """Public keys as SSH sends them, and SHA-256 fingerprints as `ssh-keygen -l` shows them."""

    keys: frozenset[bytes]
    fingerprints: frozenset[str]

    def hold(self, key: bytes) -> bool:
        """Whether this is the key of our host."""
        return key in self.keys or fingerprint(key) in self.fingerprints

    def types(self) -> list[str]:
        """The key types to ask the host for; none when only fingerprints are pinned."""
        return sorted({_type_in(key) for key in self.keys})


def fingerprint(key: bytes) -> str:
    """`SHA256:…` of a public key in SSH's own form."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")


def parse_pins(lines: Sequence[str], host: str, port: int) -> Pins:
    """Lines are `SHA256:…`, `TYPE KEY` or known_hosts' `HOST TYPE KEY`. Raises `InvalidInput` with all faults."""
    faults = Faults()
    keys: set[bytes] = set()
    fingerprints: set[str] = set()
    if not lines:
        faults.add("host_keys", "is empty", remedy=_REMEDY)
    for index, line in enumerate(lines):
        words = line.split()
        if len(words) == 1 and (found := _FINGERPRINT.fullmatch(words[0])):
            fingerprints.add(f"SHA256:{found[1]}")
            continue
        if len(words) >= 3 and _TYPE.fullmatch(words[1]):
            if not {host, f"[{host}]:{port}"} & set(words[0].split(",")):
                faults.add(f"host_keys[{index}]", f"is for another host than {host}", value=words[0], remedy=_REMEDY)
                continue
            words = words[1:]
        try:
            keys.add(_key(words))
        except ValueError:
            faults.add(f"host_keys[{index}]", "is no public key", value=line, remedy=_REMEDY)
    faults.raise_if_any(InvalidInput)
    return Pins(keys=frozenset(keys), fingerprints=frozenset(fingerprints))


def _key(words: list[str]) -> bytes:
    if len(words) < 2 or not _TYPE.fullmatch(words[0]):
        raise ValueError("no type and key")
    try:
        key = base64.b64decode(words[1], validate=True)
    except binascii.Error as problem:
        raise ValueError("no base64") from problem
    if _type_in(key) != words[0]:
        raise ValueError("the key is of another type")
    return key


def _type_in(key: bytes) -> str:
    """A public key begins with its type: four bytes of length, then the name (RFC 4253, 6.6)."""
    length = int.from_bytes(key[:4])
    return key[4 : 4 + length].decode("ascii", "replace") if len(key) > 4 + length else ""
