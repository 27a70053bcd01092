"""A web server that is managed over SSH, as the demo's provider: asyncssh on the loopback interface, in a thread.

The client must have the demo's key, and the server's own key is pinned by the client: both are made anew each time.
"""

from __future__ import annotations

import asyncio
import json
import shlex
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import asyncssh

from larabill_cli.demo.accounts import Accounts, Answer, refused
from larabill_core.privacy import Secret

HOST: Final = "127.0.0.1"
USER: Final = "larabill"
PROGRAM: Final = "account-tool"
"""What the driver's command lines begin with; the server runs nothing else."""

LARGEST_REQUEST: Final = 65_536


class WebServer:
    """Use it as a context. For the client: `port`, `private_key`, and `host_key` (type and key, as in known_hosts)."""

    def __init__(self, folder: Path) -> None:
        self.accounts = Accounts(folder / "accounts")
        self._server_key = asyncssh.generate_private_key("ssh-ed25519")
        self._client_key = asyncssh.generate_private_key("ssh-ed25519")
        self.private_key = Secret(self._client_key.export_private_key().decode())
        self.host_key = self._server_key.export_public_key().decode().strip()
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._listener: asyncssh.SSHAcceptor | None = None
        self._thread = threading.Thread(target=self._loop.run_forever, name="demo-ssh", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._listener = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(timeout=10)
        self.port = self._listener.get_port()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(timeout=10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()

    async def _listen(self) -> asyncssh.SSHAcceptor:
        return await asyncssh.listen(
            HOST,
            0,
            server_host_keys=[self._server_key],
            authorized_client_keys=asyncssh.import_authorized_keys(self._client_key.export_public_key().decode()),
            process_factory=self._serve,
            allow_scp=False,
        )

    async def _close(self) -> None:
        if self._listener is not None:
            self._listener.close()
            await self._listener.wait_closed()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, process: Any) -> None:
        text = await process.stdin.read(LARGEST_REQUEST)
        code, answer = self._answer(process.command or "", text)
        process.stdout.write(json.dumps(answer) + "\n")
        process.exit(code)

    def _answer(self, command: str, text: str) -> Answer:
        try:
            words = shlex.split(command)
            request = json.loads(text) if text.strip() else {}
        except ValueError:
            return refused("that is no request")
        match words:
            case [program, "list"] if program == PROGRAM:
                return self.accounts.list()
            case [program, operation, ref] if program == PROGRAM and isinstance(request, dict):
                return self.accounts.run(operation, ref, request)
        return refused("that is no request")
