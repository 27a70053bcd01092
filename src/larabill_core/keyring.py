"""The vault's named keys, and the file that they live in.

The file has one `name = base64 of 32 random bytes` a line, and one line `active = name` for the key that new
secrets get. Blank lines and lines that begin with `#` are skipped. It is readable by its owner only (mode
0600 or 0400). Older keys stay in it until every secret is re-wrapped.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
import stat
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Final, Self

from larabill_core.errors import ConfigurationError, Faults

KEY_BYTES: Final = 32

_ACTIVE: Final = "active"
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_LARGEST_FILE: Final = 65_536
_FEWEST_DISTINCT_BYTES: Final = 16
_HEADER: Final = "# Keys of LaraBill's vault. Keep a copy apart from the database's backups; never commit this file.\n"
_MAKE_ONE: Final = "make a key file with `larabill init`"
# Digests of words, which samples in documents like to use as keys.
_WELL_KNOWN: Final = frozenset(
    hashlib.sha256(word).digest() for word in (b"", b"secret", b"password", b"changeme", b"test", b"key", b"larabill")
)


class KeyRing:
    """Keys by name, one of them active. Its repr shows names only."""

    def __init__(self, keys: Mapping[str, bytes], active: str) -> None:
        """Raises ConfigurationError, with all faults at once, for weak, short, shared or misnamed keys."""
        faults = Faults()
        with faults.at("vault", "keys"):
            _check(keys, active, faults)
        faults.raise_if_any(ConfigurationError)
        self._keys = dict(keys)
        self.active: Final = active

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all keys, sorted."""
        return tuple(sorted(self._keys))

    def key(self, name: str) -> bytes:
        """The key's 32 bytes. Raises ConfigurationError when the ring has none of this name."""
        try:
            return self._keys[name]
        except KeyError:
            raise ConfigurationError.one(
                "vault.keys", "has no such key", name, "put the key back into the key file"
            ) from None

    def __repr__(self) -> str:
        return f"KeyRing(active={self.active!r}, names={self.names!r})"

    @classmethod
    def load(cls, path: Path | str) -> Self:
        """Read the key file. Raises ConfigurationError, with all faults at once, and never shows a key."""
        text = _read(Path(path))
        faults, keys, active = Faults(), dict[str, bytes](), ""
        for number, line in enumerate(text.splitlines(), 1):
            with faults.at(f"{path}:{number}"):
                name, equals, value = (part.strip() for part in line.partition("="))
                if not name or name.startswith("#"):
                    continue
                if not equals:
                    faults.add("", "is not of the form name = key")
                elif name in keys or (name == _ACTIVE and active):
                    faults.add("", f"'{name[:32]}' is defined twice")
                elif name == _ACTIVE:
                    active = value
                else:
                    keys[name] = _decode(value, faults)
        with faults.at(str(path)):
            if not len(faults):
                _check(keys, active, faults)
        faults.raise_if_any(ConfigurationError)
        return cls(keys, active)

    @classmethod
    def generate_file(cls, path: Path | str, name: str = "k1") -> Self:
        """Make a key file with one new key, mode 0600. Raises ConfigurationError when the path is taken."""
        ring = cls({name: os.urandom(KEY_BYTES)}, name)
        ring._write_new(Path(path))
        return ring

    @classmethod
    def rotate_file(cls, path: Path | str, name: str) -> Self:
        """Add a new key to the file and make it the active one; the file is replaced in one step.

        Raises ConfigurationError when the name is taken, or another rotation is under way.
        """
        old, path = cls.load(path), Path(path)
        if name in old._keys:
            raise ConfigurationError.one("vault.keys", "is taken", name, "choose another name")
        ring = cls({**old._keys, name: os.urandom(KEY_BYTES)}, name)
        fresh = path.with_name(path.name + ".new")
        ring._write_new(fresh)
        fresh.replace(path)
        return ring

    def _write_new(self, path: Path) -> None:
        lines = [f"{name} = {base64.b64encode(self._keys[name]).decode()}\n" for name in self.names]
        try:
            # O_EXCL also refuses a symbolic link that somebody laid in the way
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise ConfigurationError.one(
                str(path), "exists already, and a key file is never overwritten", remedy="move it away first"
            ) from None
        except OSError as error:
            raise ConfigurationError.one(str(path), f"cannot be written: {error.strerror}") from error
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.writelines([_HEADER, f"{_ACTIVE} = {self.active}\n", *lines])
            file.flush()
            os.fsync(file.fileno())


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            content = file.read(_LARGEST_FILE + 1)
    except FileNotFoundError:
        raise ConfigurationError.one(str(path), "does not exist", remedy=_MAKE_ONE) from None
    except OSError as error:
        raise ConfigurationError.one(str(path), f"cannot be read: {error.strerror}") from error
    if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
        raise ConfigurationError.one(
            str(path),
            f"can be read by others than its owner (mode {stat.S_IMODE(mode):04o})",
            remedy=f"chmod 600 {path}, and think of its keys as known if others use this machine",
        )
    if not content.strip():
        raise ConfigurationError.one(str(path), "is empty", remedy=_MAKE_ONE)
    if len(content) > _LARGEST_FILE or not content.isascii():
        raise ConfigurationError.one(str(path), "is not a key file", remedy=_MAKE_ONE)
    return content.decode("ascii")


def _decode(value: str, faults: Faults) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        faults.add("", "the key is not base64", remedy=_MAKE_ONE)
        return b""


def _check(keys: Mapping[str, bytes], active: str, faults: Faults) -> None:
    if not keys:
        faults.add("", "holds no key", remedy=_MAKE_ONE)
    elif active not in keys:
        faults.add(_ACTIVE, "names no key of this file", value=active or None, remedy="add a line active = NAME")
    owners: dict[bytes, str] = {}
    for name, key in keys.items():
        if not _NAME.fullmatch(name) or name == _ACTIVE:
            faults.add("", "is not a name for a key", value=name, remedy="use a-z, 0-9, _ and -")
        elif problem := _weakness(key):
            faults.add(name, problem, remedy=_MAKE_ONE)
        elif key in owners:
            faults.add(name, f"is the same key as {owners[key]}", remedy="every key has one purpose")
        owners[key] = name


def _weakness(key: bytes) -> str:
    if len(key) != KEY_BYTES:
        return f"has {len(key)} bytes, not {KEY_BYTES}"
    if key in _WELL_KNOWN or len({(b - a) % 256 for a, b in pairwise(key)}) == 1:
        return "is a well-known sample, not a secret"
    # 32 random bytes fall under either rule less than once in 10**12 keys
    if len(set(key)) < _FEWEST_DISTINCT_BYTES or (key.isascii() and key.decode("ascii").isprintable()):
        return "is not random"
    return ""
