"""A real SSH server in this process (asyncssh), whose commands a test writes in Python."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from datetime import timedelta
from types import TracebackType
from typing import Any, Self, TypeAlias

import asyncssh

from larabill_core.privacy import Secret
from larabill_drivers.cloud.generic_ssh.commands import Commands
from larabill_drivers.cloud.generic_ssh.settings import GenericSshSettings

Serve: TypeAlias = Callable[[Any], Awaitable[None]]

HOST_KEY = asyncssh.generate_private_key("ssh-ed25519")
CLIENT_KEY = asyncssh.generate_private_key("ssh-ed25519")
STRANGER = asyncssh.generate_private_key("ssh-ed25519")


def public(key: asyncssh.SSHKey) -> str:
    return key.export_public_key().decode().strip()


def private(key: asyncssh.SSHKey) -> Secret:
    return Secret(key.export_private_key().decode())


class _Server(asyncssh.SSHServer):
    def __init__(self, connections: list[asyncssh.SSHServerConnection]) -> None:
        self._connections = connections

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connections.append(conn)


class Peer:
    """Use it as a context; `serve` gets each asyncssh process."""

    def __init__(self, serve: Serve, host_keys: tuple[asyncssh.SSHKey, ...] = (HOST_KEY,)) -> None:
        self._serve = serve
        self._host_keys = host_keys
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._listener: asyncssh.SSHAcceptor | None = None
        self.port = 0
        self.commands: list[str] = []
        self._connections: list[asyncssh.SSHServerConnection] = []

    def __enter__(self) -> Self:
        self._thread.start()
        self._listener = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        self.port = self._listener.get_port()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _listen(self) -> asyncssh.SSHAcceptor:
        return await asyncssh.listen(
            "127.0.0.1",
            0,
            server_factory=lambda: _Server(self._connections),
            server_host_keys=list(self._host_keys),
            authorized_client_keys=asyncssh.import_authorized_keys(public(CLIENT_KEY)),
            process_factory=self._handle,
            encoding=None,
        )

    async def _handle(self, process: Any) -> None:
        self.commands.append(process.command)
        await self._serve(process)

    async def _close(self) -> None:
        if self._listener is not None:
            self._listener.close()
            await self._listener.wait_closed()
        for connection in self._connections:
            connection.abort()
            await connection.wait_closed()
        rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)


def settings(port: int, **changes: Any) -> GenericSshSettings:
    """As the manifest would have them for a peer."""
    operations = ("provision", "status", "suspend", "resume", "deprovision", "resize")
    words = {"provision": "create", "deprovision": "terminate"}
    vectors: dict[str, tuple[str, ...]] = {
        operation: ("/usr/local/sbin/account", words.get(operation, operation), "{ref}") for operation in operations
    }
    vectors |= {"list": ("/usr/local/sbin/account", "list"), "usage": ("/usr/local/sbin/account", "usage", "{user}")}
    values: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": port,
        "user": "root",
        "private_key": private(CLIENT_KEY),
        "host_keys": (f"[127.0.0.1]:{port} {public(HOST_KEY)}",),
        "commands": Commands(**vectors),
        "connect_timeout": timedelta(seconds=10),
        "command_timeout": timedelta(seconds=20),
    }
    return GenericSshSettings(**{**values, **changes})
