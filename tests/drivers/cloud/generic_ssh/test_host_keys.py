"""A host is known by its pinned key, or it is not talked to."""

from __future__ import annotations

import base64

import pytest

from larabill_core.errors import InvalidInput
from larabill_drivers.cloud.generic_ssh.host_keys import fingerprint, parse_pins

BLOB = b"\0\0\0\x0bssh-ed25519" + b"\0\0\0\x20" + bytes(32)
KEY = f"ssh-ed25519 {base64.b64encode(BLOB).decode()}"


@pytest.mark.parametrize(
    "line",
    [
        KEY,
        f"{KEY} a comment",
        f"web1 {KEY}",
        f"[web1]:2222 {KEY}",
        f"other,web1 {KEY}",
        fingerprint(BLOB),
        fingerprint(BLOB) + "=",
    ],
)
def test_the_pinned_key_is_held_and_no_other(line: str) -> None:
    pins = parse_pins([line], "web1", 2222)
    assert pins.hold(BLOB)
    assert not pins.hold(BLOB[:-1] + b"\1")


def test_only_pinned_types_are_asked_for() -> None:
    assert parse_pins([KEY], "web1", 22).types() == ["ssh-ed25519"]
    assert parse_pins([fingerprint(BLOB)], "web1", 22).types() == []


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ([], "is empty"),
        ([""], "is no public key"),
        (["SHA256:short"], "is no public key"),
        (["MD5:00:11"], "is no public key"),
        (["ssh-ed25519"], "is no public key"),
        (["ssh-ed25519 !!!"], "is no public key"),
        (["ssh-ed25519 AAAA"], "is no public key"),
        ([KEY.replace("ssh-ed25519", "ssh-rsa")], "is no public key"),
        ([KEY.replace("ssh-ed25519", "ssh-dss")], "is no public key"),
        ([f"web2 {KEY}"], "another host"),
        ([f"@cert-authority * {KEY}"], "is no public key"),
        ([f"* {KEY}"], "another host"),
        ([f"|1|c2FsdA==|aGFzaA== {KEY}"], "another host"),
    ],
)
def test_what_pins_nothing_is_refused(lines: list[str], problem: str) -> None:
    with pytest.raises(InvalidInput, match=problem):
        parse_pins(lines, "web1", 22)
