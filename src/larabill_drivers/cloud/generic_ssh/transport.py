"""One command on the host over SSH: connect, check the host's key, run, read. paramiko is imported at first use.

What matters about a failure is whether the command may have been started: before that it is `NotSent`, after it `Lost`.
"""

from __future__ import annotations

import io
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import attrs

from larabill_core.errors import ConfigurationError, InvalidInput
from larabill_core.privacy import Secret
from larabill_drivers.cloud.generic_ssh.host_keys import Pins, fingerprint
from larabill_drivers.cloud.generic_ssh.settings import GenericSshSettings

if TYPE_CHECKING:
    import paramiko

LARGEST_OUTPUT = 1024 * 1024
LARGEST_ERROR = 64 * 1024


class NotSent(Exception):
    """The command was certainly not started. `worth_retrying` is false where somebody has to change something."""

    def __init__(self, reason: str, *, worth_retrying: bool = True) -> None:
        super().__init__(reason)
        self.worth_retrying = worth_retrying


class Lost(Exception):
    """The command may have been started, and its end is not known."""


@attrs.frozen(kw_only=True)
class Reply:
    """How a command ended. `errors` is its stderr, for people."""

    code: int
    output: bytes = attrs.field(repr=False)
    errors: str = attrs.field(repr=False)


class SshTransport:
    """A connection for each command: commands are few, and a kept connection would be dead when it is needed."""

    def __init__(self, settings: GenericSshSettings) -> None:
        self._settings = settings
        self._pins = settings.pins()
        self._key = _private_key(settings.private_key)

    def run(self, command: str, stdin: bytes) -> Reply:
        """Raises `NotSent` or `Lost`."""
        import paramiko

        with self._connected() as transport:
            try:
                channel = transport.open_session(timeout=self._settings.connect_timeout.total_seconds())
            except (paramiko.SSHException, OSError, EOFError) as problem:
                raise NotSent(f"the host opens no session: {_words(problem)}") from problem
            # paramiko waits without limit for the answer to "exec": the watchdog is what ends that.
            with _watchdog(transport, self._settings.command_timeout.total_seconds()) as remaining:
                try:
                    channel.exec_command(command)
                    _send(channel, stdin)
                    output = _read(channel, remaining)
                    channel.status_event.wait(remaining())
                    code = channel.recv_exit_status() if channel.exit_status_ready() else -1
                    errors = channel.recv_stderr(LARGEST_ERROR) if channel.recv_stderr_ready() else b""
                except (paramiko.SSHException, OSError, EOFError) as problem:
                    raise Lost(f"the connection broke: {_words(problem)}") from problem
        if code < 0:
            raise Lost("the command ended without an exit code")
        return Reply(code=code, output=output, errors=errors.decode("utf-8", "replace"))

    @contextmanager
    def _connected(self) -> Iterator[paramiko.Transport]:
        import paramiko

        settings, seconds = self._settings, self._settings.connect_timeout.total_seconds()
        try:
            connection = socket.create_connection((settings.host, settings.port), timeout=seconds)
            # SSH introduces itself in small messages; held back (RFC 896) each waits 40 ms for the other side's answer
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as problem:
            raise NotSent(f"{settings.host}:{settings.port} cannot be reached: {_words(problem)}") from problem
        try:
            transport = paramiko.Transport(connection)
        except (paramiko.SSHException, OSError) as problem:
            connection.close()
            raise NotSent(f"the host does not speak SSH: {_words(problem)}") from problem
        try:
            with _watchdog(transport, seconds):
                self._introduce(transport, seconds)
            yield transport
        finally:
            transport.close()
            connection.close()

    def _introduce(self, transport: paramiko.Transport, seconds: float) -> None:
        """The host shows its key first; only then do we show ours."""
        import paramiko

        transport.banner_timeout = transport.handshake_timeout = transport.auth_timeout = seconds
        _prefer(transport, self._pins)
        try:
            transport.start_client(timeout=seconds)
            # when its time is up it returns as if all were well, and there is no key yet
            shown = transport.get_remote_server_key().asbytes()
        except (paramiko.SSHException, OSError, EOFError) as problem:
            raise NotSent(f"the host does not agree on SSH: {_words(problem)}") from problem
        if not self._pins.hold(shown):
            raise NotSent(f"the host shows a key that is not pinned: {fingerprint(shown)}", worth_retrying=False)
        try:
            transport.auth_publickey(self._settings.user, self._key)
        except paramiko.AuthenticationException as problem:
            reason = f"the host does not let {self._settings.user} in: {_words(problem)}"
            raise NotSent(reason, worth_retrying=False) from problem
        except (paramiko.SSHException, OSError, EOFError) as problem:
            raise NotSent(f"the connection broke at login: {_words(problem)}") from problem


def _private_key(text: Secret) -> paramiko.PKey:
    """Raises `InvalidInput` without an echo of the key, `ConfigurationError` where paramiko is missing."""
    try:
        import paramiko
    except ImportError as problem:
        raise ConfigurationError.one(
            "driver", "generic_ssh needs paramiko", remedy='install "larabill[ssh]"'
        ) from problem
    kinds: tuple[type[paramiko.PKey], ...] = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)
    for kind in kinds:
        try:
            return kind.from_private_key(io.StringIO(text.reveal().strip() + "\n"))
        except paramiko.PasswordRequiredException:
            break
        except (paramiko.SSHException, ValueError):
            continue
    raise InvalidInput.one(
        "private_key", "is no private key that can be used", remedy="ed25519, ecdsa or rsa, without a passphrase"
    )


def _prefer(transport: paramiko.Transport, pins: Pins) -> None:
    """Ask for the key types that are pinned, or a host with several keys may show another one."""
    wanted = [name for type in pins.types() for name in _ALGORITHMS.get(type, (type,))]
    if wanted and not pins.fingerprints:
        transport.get_security_options().key_types = tuple(wanted)


_ALGORITHMS = {"ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256")}


@contextmanager
def _watchdog(transport: paramiko.Transport, seconds: float) -> Iterator[Any]:
    """Close the connection when time is up, which ends whatever waits on it. Gives `remaining()`, in seconds."""
    end = time.monotonic() + seconds
    timer = threading.Timer(seconds, transport.close)
    timer.daemon = True
    timer.start()
    try:
        yield lambda: max(end - time.monotonic(), 0.01)
    finally:
        timer.cancel()


def _send(channel: paramiko.Channel, stdin: bytes) -> None:
    """A command that does not read its input may have closed it: its answer still counts."""
    try:
        channel.sendall(stdin)
        channel.shutdown_write()
    except OSError:
        return


def _read(channel: paramiko.Channel, remaining: Any) -> bytes:
    """Standard output up to its end. Raises `Lost` when that is too long, TimeoutError (an OSError) when too slow."""
    output = bytearray()
    while True:
        channel.settimeout(remaining())
        chunk = channel.recv(65_536)
        if not chunk:
            return bytes(output)
        output += chunk
        if len(output) > LARGEST_OUTPUT:
            raise Lost(f"the command wrote more than {LARGEST_OUTPUT} bytes")


def _words(problem: BaseException) -> str:
    return f"{type(problem).__name__}: {problem}" if str(problem) else type(problem).__name__
