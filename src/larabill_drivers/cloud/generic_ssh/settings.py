"""The settings of one host, as the manifest has them."""

from __future__ import annotations

import re
from datetime import timedelta

import attrs

from larabill_core.errors import Faults, InvalidInput
from larabill_core.privacy import Secret
from larabill_drivers.cloud.generic_ssh.commands import USER, Commands
from larabill_drivers.cloud.generic_ssh.host_keys import Pins, parse_pins

_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?|[0-9A-Fa-f:]{2,45}")


@attrs.frozen(kw_only=True)
class GenericSshSettings:
    """`private_key`: OpenSSH's form, without passphrase. `host_keys`: see `parse_pins`. `address`: what customers use
    to reach their resource, when it is not `host`. `command_timeout` covers a command from its start to its last byte.
    """

    host: str
    user: str
    private_key: Secret
    host_keys: tuple[str, ...]
    commands: Commands
    port: int = 22
    address: str = ""
    connect_timeout: timedelta = timedelta(seconds=10)
    command_timeout: timedelta = timedelta(seconds=60)

    def __attrs_post_init__(self) -> None:
        faults = Faults()
        for name in ("host", "address"):
            value = getattr(self, name)
            if not _HOST.fullmatch(value) and (value or name == "host"):
                faults.add(name, "is no host name or address", value=value)
        if not USER.fullmatch(self.user):
            faults.add("user", "is no user name", value=self.user)
        if not 0 < self.port < 65_536:
            faults.add("port", "must be 1 to 65535", value=self.port)
        for name, longest in (("connect_timeout", 60), ("command_timeout", 240)):
            if not 0 < getattr(self, name).total_seconds() <= longest:
                faults.add(name, f"must be 1s to {longest}s", remedy="let long work answer pending, exit code 5")
        try:
            self.pins()
        except InvalidInput as problem:
            faults.include(problem)
        faults.raise_if_any()

    def pins(self) -> Pins:
        """The pinned keys of the host."""
        return parse_pins(self.host_keys, self.host, self.port)
