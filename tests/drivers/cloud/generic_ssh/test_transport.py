"""Over a real socket: what was not sent is told from what was sent and lost."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

paramiko = pytest.importorskip("paramiko")
asyncssh = pytest.importorskip("asyncssh")

from tests.drivers.cloud.generic_ssh.peer import (  # noqa: E402
    HOST_KEY,
    STRANGER,
    Peer,
    private,
    public,
    settings,
)

from larabill_core.errors import InvalidInput  # noqa: E402 - after the check that the library is there
from larabill_core.privacy import Secret  # noqa: E402
from larabill_drivers.cloud.generic_ssh.host_keys import fingerprint  # noqa: E402
from larabill_drivers.cloud.generic_ssh.transport import (  # noqa: E402
    LARGEST_OUTPUT,
    Lost,
    NotSent,
    SshTransport,
)

SHORT = timedelta(milliseconds=300)


async def echo(process: Any) -> None:
    process.stdout.write(await process.stdin.read())
    process.stderr.write(b"a word for people\n")
    process.exit(5)


async def never(process: Any) -> None:
    await asyncio.Event().wait()


async def drop(process: Any) -> None:
    process.channel.get_connection().abort()


async def flood(process: Any) -> None:
    process.stdout.write(b"x" * (LARGEST_OUTPUT + 1))
    process.exit(0)


async def killed(process: Any) -> None:
    process.exit_with_signal("KILL")


async def half(process: Any) -> None:
    process.stdout.write(b'{"status": "ok"')
    await process.stdout.drain()
    process.channel.get_connection().abort()


async def deaf(process: Any) -> None:
    process.stdout.write(b"done")
    process.exit(0)


def test_a_command_gets_its_input_and_gives_its_output() -> None:
    with Peer(echo) as peer:
        reply = SshTransport(settings(peer.port)).run("tool 'a b'", b"\x00\xffinput")
        assert (reply.code, reply.output, reply.errors) == (5, b"\x00\xffinput", "a word for people\n")
        assert peer.commands == ["tool 'a b'"]


def test_a_command_that_reads_nothing_is_heard() -> None:
    with Peer(deaf) as peer:
        assert SshTransport(settings(peer.port)).run("tool", b"x" * 100_000).output == b"done"


@pytest.mark.parametrize("serve", [drop, flood, killed, half])
def test_what_ends_without_an_answer_is_lost(serve: Any) -> None:
    with Peer(serve) as peer, pytest.raises(Lost):
        SshTransport(settings(peer.port)).run("tool", b"")


def test_a_command_that_never_ends_is_lost_in_time() -> None:
    with Peer(never) as peer, pytest.raises(Lost):
        SshTransport(settings(peer.port, command_timeout=SHORT)).run("tool", b"")


def test_a_host_with_another_key_is_not_talked_to() -> None:
    with Peer(echo, host_keys=(STRANGER,)) as peer:
        with pytest.raises(NotSent, match="not pinned") as problem:
            SshTransport(settings(peer.port)).run("tool", b"secret")
        assert not problem.value.worth_retrying
        assert peer.commands == []


def test_of_several_host_keys_the_pinned_one_is_asked_for() -> None:
    other = asyncssh.generate_private_key("ecdsa-sha2-nistp256")
    with Peer(echo, host_keys=(HOST_KEY, other)) as peer:
        for key in (HOST_KEY, other):
            pinned = settings(peer.port, host_keys=(public(key),))
            assert SshTransport(pinned).run("tool", b"").code == 5


def test_a_fingerprint_pins_as_well() -> None:
    with Peer(echo) as peer:
        pinned = settings(peer.port, host_keys=(fingerprint(HOST_KEY.public_data),))
        assert SshTransport(pinned).run("tool", b"").code == 5


def test_a_key_that_the_host_does_not_know_opens_nothing() -> None:
    with Peer(echo) as peer:
        with pytest.raises(NotSent, match="does not let root in") as problem:
            SshTransport(settings(peer.port, private_key=private(STRANGER))).run("tool", b"")
        assert not problem.value.worth_retrying
        assert peer.commands == []


@contextmanager
def listening(greeting: bytes = b"") -> Iterator[int]:
    """A port that takes a connection, says `greeting` and then nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def greet() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(greeting)

        thread = threading.Thread(target=greet)
        if greeting:
            thread.start()
        yield server.getsockname()[1]
        if greeting:
            thread.join(10)


def test_a_refused_connection_may_be_tried_again() -> None:
    with listening() as port:
        pass
    with pytest.raises(NotSent, match="cannot be reached") as problem:
        SshTransport(settings(port)).run("tool", b"")
    assert problem.value.worth_retrying


def test_a_host_that_says_nothing_was_not_sent_anything() -> None:
    with listening() as port, pytest.raises(NotSent) as problem:
        SshTransport(settings(port, connect_timeout=SHORT)).run("tool", b"")
    assert problem.value.worth_retrying


def test_a_host_that_is_too_slow_was_not_sent_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paramiko.Transport, "start_client", lambda self, timeout: None)
    with listening() as port, pytest.raises(NotSent, match="does not agree on SSH") as problem:
        SshTransport(settings(port, connect_timeout=SHORT)).run("tool", b"")
    assert problem.value.worth_retrying


def test_what_does_not_speak_ssh_was_not_sent_anything() -> None:
    with listening(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port, pytest.raises(NotSent):
        SshTransport(settings(port, connect_timeout=SHORT)).run("tool", b"")


@pytest.mark.parametrize(
    "key",
    [
        ed25519.Ed25519PrivateKey.generate(),
        ec.generate_private_key(ec.SECP256R1()),
        rsa.generate_private_key(65537, 2048),
    ],
)
def test_the_usual_private_keys_can_be_read(key: Any) -> None:
    text = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()
    SshTransport(settings(22, private_key=Secret(text)))


def test_a_private_key_that_cannot_be_used_is_refused_without_an_echo() -> None:
    locked = STRANGER.export_private_key("pkcs8-pem", passphrase="x").decode()
    for text in ("no key at all", public(HOST_KEY), locked):
        with pytest.raises(InvalidInput, match="private_key") as problem:
            SshTransport(settings(22, private_key=Secret(text)))
        assert text[:20] not in str(problem.value)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"host": "-oProxyCommand=x"}, "host"),
        ({"host": "a b"}, "host"),
        ({"address": "a\nb"}, "address"),
        ({"user": "-l"}, "user"),
        ({"port": 0}, "port"),
        ({"connect_timeout": timedelta(0)}, "connect_timeout"),
        ({"command_timeout": timedelta(hours=1)}, "command_timeout"),
        ({"host_keys": ()}, "host_keys"),
    ],
)
def test_settings_that_cannot_be_are_refused(changes: dict[str, Any], path: str) -> None:
    with pytest.raises(InvalidInput) as problem:
        settings(**{"port": 22, **changes})
    assert path in [fault.path.partition("[")[0] for fault in problem.value.faults]
