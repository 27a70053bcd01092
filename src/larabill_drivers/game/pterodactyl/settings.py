"""How an account at a Pterodactyl panel, a plan of it and a customer's wishes are written."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from larabill_core.errors import Faults
from larabill_core.privacy import Secret


@attrs.frozen(kw_only=True)
class PterodactylSettings:
    """`base_url` is the panel's address, `application_key` (`ptla_…`) of an administrator of it.

    `regions` gives for each region of ours the ids of the panel's locations; without, the panel chooses.
    """

    base_url: str
    application_key: Secret
    regions: Mapping[str, tuple[int, ...]] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class PterodactylConfig:
    """What a plan is: `memory`, `disk` and `swap` (-1: no limit) in MiB, `cpu` in percent of a core (0: no limit).

    `docker_image`, `startup` and what is missing in `environment` are the egg's own when left out.
    """

    nest: int
    egg: int
    memory: int
    disk: int
    cpu: int = 0
    swap: int = 0
    io: int = 500
    databases: int = 0
    backups: int = 0
    allocations: int = 0
    docker_image: str = ""
    startup: str = ""
    environment: Mapping[str, str] = attrs.field(factory=dict)

    def __attrs_post_init__(self) -> None:
        faults = Faults()
        for name, least in (("memory", 0), ("disk", 0), ("cpu", 0), ("swap", -1), ("io", 10)):
            if getattr(self, name) < least:
                faults.add(name, f"must be {least} or more", value=getattr(self, name))
        for name in ("databases", "backups", "allocations"):
            if getattr(self, name) < 0:
                faults.add(name, "must be 0 or more", value=getattr(self, name))
        if self.io > 1000:
            faults.add("io", "must be 1000 at most", value=self.io)
        faults.raise_if_any()


@attrs.frozen(kw_only=True)
class PterodactylSpec:
    """What a customer may choose: a name, more of what the plan has, and the egg's variables."""

    name: str = ""
    memory: int = 0
    disk: int = 0
    cpu: int = 0
    databases: int = 0
    backups: int = 0
    allocations: int = 0
    environment: Mapping[str, str] = attrs.field(factory=dict)

    def __attrs_post_init__(self) -> None:
        faults = Faults()
        for field in attrs.fields(PterodactylSpec):
            value = getattr(self, field.name)
            if isinstance(value, int) and value < 0:
                faults.add(field.name, "must be 0 or more", value=value)
        if len(self.name) > 191 or not self.name.isprintable():
            faults.add("name", "must be of 191 printable characters at most", value=self.name)
        faults.raise_if_any()
