"""A real OpenSSH server: own configuration, own keys, a loopback port; ended by its own process id."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

import larabill_drivers.cloud.generic_ssh.scripts.linux_account as script
from larabill_core.privacy import Secret
from larabill_drivers.cloud.generic_ssh.commands import Commands
from larabill_drivers.cloud.generic_ssh.settings import GenericSshSettings

OPERATIONS = {
    "provision": "create",
    "status": "status",
    "suspend": "suspend",
    "resume": "resume",
    "deprovision": "terminate",
    "resize": "resize",
}


def need_sshd() -> str:
    """The path of sshd. Skips where it, useradd or root is missing; fails there when CI is set."""
    path = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:/sbin")
    missing = [] if path else ["sshd (apt-get install openssh-server)"]
    missing += [] if shutil.which("useradd", path="/usr/sbin:/sbin") else ["useradd (apt-get install passwd)"]
    missing += [] if os.geteuid() == 0 else ["root"]
    if missing or path is None:
        reason = f"the real OpenSSH server needs {', '.join(missing)}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return path


def _make_key(path: Path) -> str:
    key = Ed25519PrivateKey.generate()
    path.touch(mode=0o600)
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    return key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


@contextmanager
def running_sshd(folder: Path, *, forced: bool = False) -> Iterator[GenericSshSettings]:
    """Settings for an sshd on this machine that lets root run the script; with `forced`, nothing but the script."""
    path = need_sshd()
    Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    host_key = _make_key(folder / "host_key")
    client_key = _make_key(folder / "client_key")
    program = [sys.executable, script.__file__]
    options = f'restrict,command="{" ".join(program)}" ' if forced else ""
    (folder / "authorized_keys").write_text(f"{options}{client_key}\n")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    lines = [
        f"Port {port}",
        "ListenAddress 127.0.0.1",
        f"HostKey {folder / 'host_key'}",
        f"AuthorizedKeysFile {folder / 'authorized_keys'}",
        f"PidFile {folder / 'sshd.pid'}",
        "PermitRootLogin prohibit-password",
        "PasswordAuthentication no",
        "UsePAM no",
        "StrictModes no",
    ]
    (folder / "sshd_config").write_text("\n".join(lines) + "\n")
    server = subprocess.Popen(
        [path, "-D", "-e", "-f", str(folder / "sshd_config")], stderr=subprocess.PIPE, stdin=subprocess.DEVNULL
    )
    try:
        _wait_until_it_listens(server)
        yield GenericSshSettings(
            host="127.0.0.1",
            port=port,
            user="root",
            private_key=Secret((folder / "client_key").read_text()),
            host_keys=(f"[127.0.0.1]:{port} {host_key}",),
            commands=_commands(["larabill-account"] if forced else program),
        )
    finally:
        server.terminate()
        server.communicate(timeout=10)


def _commands(program: list[str]) -> Commands:
    vectors = {operation: (*program, word, "{ref}") for operation, word in OPERATIONS.items()}
    return Commands(**vectors, list=(*program, "list"), usage=(*program, "usage", "{user}"))


def _wait_until_it_listens(server: subprocess.Popen[bytes]) -> None:
    """sshd says on stderr when it listens; a closed pipe means that it has ended."""
    if server.stderr is None:
        raise AssertionError("stderr is a pipe")
    said = []
    for line in server.stderr:
        said.append(line.decode())
        if line.startswith(b"Server listening on 127.0.0.1"):
            return
    pytest.fail(f"sshd does not start: {''.join(said)}")
