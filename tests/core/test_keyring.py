"""Rules of the key file (acceptance row B41): no default, weak, shared or readable keys."""

from __future__ import annotations

import base64
import hashlib
import os
import stat
from pathlib import Path

import pytest

from larabill_core.errors import ConfigurationError
from larabill_core.keyring import KeyRing

GOOD = hashlib.sha256(b"good, and only for tests 1").digest()
OTHER = hashlib.sha256(b"good, and only for tests 2").digest()


def line(name: str, key: bytes) -> str:
    return f"{name} = {base64.b64encode(key).decode()}\n"


def write(path: Path, text: str, mode: int = 0o600) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(ConfigurationError) as caught:
        KeyRing.load(path)
    text = str(caught.value)
    for key in (GOOD, OTHER):
        assert base64.b64encode(key).decode() not in text
        assert key.hex() not in text
    return text


def test_a_generated_file_is_private_loads_and_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    made = KeyRing.generate_file(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert KeyRing.load(path).key("k1") == made.key("k1")
    before = path.read_bytes()
    with pytest.raises(ConfigurationError, match="never overwritten"):
        KeyRing.generate_file(path)
    assert path.read_bytes() == before
    assert KeyRing.generate_file(tmp_path / "more").key("k1") != made.key("k1")


@pytest.mark.skipif(os.name != "posix", reason="modes and links of POSIX")
def test_a_link_laid_in_the_way_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ConfigurationError, match="exists already"):
        KeyRing.generate_file(tmp_path / "link")
    assert not (tmp_path / "elsewhere").exists()


def test_a_key_file_in_a_missing_folder_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be written"):
        KeyRing.generate_file(tmp_path / "none" / "keys")


@pytest.mark.skipif(os.name != "posix", reason="modes and links of POSIX")
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o777])
def test_a_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    text = refusal(write(tmp_path / "keys", "active = k1\n" + line("k1", GOOD), mode))
    assert "can be read by others" in text
    assert "chmod 600" in text


def test_comments_and_blank_lines_are_skipped_and_old_keys_stay(tmp_path: Path) -> None:
    text = "# keys\n\nactive = k2\n" + line("k1", GOOD) + line("k2", OTHER)
    ring = KeyRing.load(write(tmp_path / "keys", text))
    assert (ring.active, ring.names, ring.key("k1")) == ("k2", ("k1", "k2"), GOOD)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is empty"),
        (" \n", "is empty"),
        ("# nothing\n", "holds no key"),
        (line("k1", GOOD), "active: names no key"),
        ("active = k9\n" + line("k1", GOOD), "active: names no key"),
        ("active = k1\n" + line("k1", GOOD[:16]), "has 16 bytes, not 32"),
        ("active = k1\n" + line("k1", GOOD * 2), "has 64 bytes, not 32"),
        ("active = k1\nk1 =\n", "has 0 bytes"),
        ("active = k1\nk1 = not base64!\n", "2: the key is not base64"),
        ("active = k1\nk1\n", "2: is not of the form"),
        ("active = k1\n" + line("k1", bytes(32)), "well-known sample"),
        ("active = k1\n" + line("k1", b"\xff" * 32), "well-known sample"),
        ("active = k1\n" + line("k1", bytes(range(32))), "well-known sample"),
        ("active = k1\n" + line("k1", bytes(range(255, 223, -1))), "well-known sample"),
        ("active = k1\n" + line("k1", hashlib.sha256(b"secret").digest()), "well-known sample"),
        ("active = k1\n" + line("k1", b"\x01\x80" * 16), "is not random"),
        ("active = k1\n" + line("k1", b"change-me: ABCDEFGHIJKLMNOPQRSTU"), "is not random"),
        ("active = k1\n" + line("k1", GOOD) + line("k1", OTHER), "3: 'k1' is defined twice"),
        ("active = k1\nactive = k1\n" + line("k1", GOOD), "2: 'active' is defined twice"),
        ("active = k1\n" + line("k1", GOOD) + line("k2", GOOD), "is the same key as k1"),
        ("active = K 1\n" + line("K 1", GOOD), "is not a name for a key"),
        ("\u00e4ctive = k1\n" + line("k1", GOOD), "is not a key file"),
        ("#" * 70_000, "is not a key file"),
    ],
    ids=lambda value: value[:40] if "\n" not in value else "",
)
def test_a_weak_or_broken_file_is_refused_with_the_reason(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "keys"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    assert problem in refusal(path)


def test_all_faults_of_a_file_are_reported_at_once(tmp_path: Path) -> None:
    text = refusal(write(tmp_path / "keys", "active = k9\n" + line("k1", bytes(32)) + line("k2", GOOD[:8])))
    assert len(text.splitlines()) == 3
    assert len(refusal(write(tmp_path / "more", "x\ny\n")).splitlines()) == 2


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    assert "larabill init" in refusal(tmp_path / "none")
    assert "cannot be read" in refusal(tmp_path)


def test_rotation_adds_a_key_keeps_the_old_and_switches(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    old = KeyRing.generate_file(path)
    new = KeyRing.rotate_file(path, "k2")
    assert KeyRing.load(path).active == new.active == "k2"
    assert KeyRing.load(path).key("k1") == old.key("k1")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["keys"]
    with pytest.raises(ConfigurationError, match="is taken"):
        KeyRing.rotate_file(path, "k1")


def test_two_rotations_at_once_lose_no_key(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    KeyRing.generate_file(path)
    (tmp_path / "keys.new").touch()
    with pytest.raises(ConfigurationError, match="exists already"):
        KeyRing.rotate_file(path, "k2")
    assert KeyRing.load(path).names == ("k1",)


def test_the_ring_shows_names_and_never_keys() -> None:
    ring = KeyRing({"k1": GOOD}, "k1")
    assert repr(ring) == "KeyRing(active='k1', names=('k1',))"


def test_an_unknown_key_is_named() -> None:
    with pytest.raises(ConfigurationError, match=r"vault\.keys: has no such key \(got 'k9'\)"):
        KeyRing({"k1": GOOD}, "k1").key("k9")
