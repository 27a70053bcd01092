"""How an account at a VirtFusion control server, a plan of it and a customer's wishes are written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

import attrs

from larabill_core.contracts.provisioner import ProvisionRequest, ResourceRequest
from larabill_core.errors import Faults
from larabill_core.privacy import Secret
from larabill_drivers import asking
from larabill_drivers.signatures import check_secrets

LARGEST_ID = 2**31 - 1
LARGEST_SIZE = 10**8
UNLIMITED, OF_THE_PACKAGE = 0, -1
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*", re.ASCII)


def is_host(text: str) -> bool:
    """A host name in lower case, as RFC 1123 (2.1) allows it."""
    return bool(_HOST.fullmatch(text))


@attrs.frozen(kw_only=True)
class VirtFusionSettings:
    """`base_url` is the control server's address, `api_token` one of its admin area.

    `regions` gives for each region of ours the id of a hypervisor group. `webhook_token` is the one of a webhook there;
    without it no webhook is believed. `send_mail`: VirtFusion itself writes to new users.
    """

    base_url: str
    api_token: Secret
    regions: Mapping[str, int] = attrs.field(factory=dict)
    webhook_token: Secret | None = None
    send_mail: bool = False

    def __attrs_post_init__(self) -> None:
        if self.webhook_token is not None:
            check_secrets([self.webhook_token], "webhook_token")


@attrs.frozen(kw_only=True)
class VirtFusionConfig:
    """What a plan is: VirtFusion's `package`, and `os`, the id of a template; `images` are others to choose from.

    `group`: the hypervisor group where no region is asked for. `memory` (MB), `cpu_cores` and `storage` (GB) stand
    instead of the package's, 0: the package's; `traffic` (GB a month) too, 0: unlimited, -1: the package's. `login` is
    the user whose password is set after the build, "" for none. `rebuilds`: so often a build that failed is repeated.
    """

    package: int
    os: int
    images: tuple[int, ...] = ()
    group: int = 0
    memory: int = 0
    cpu_cores: int = 0
    storage: int = 0
    traffic: int = OF_THE_PACKAGE
    ipv4: int = 1
    ipv6: bool = False
    vnc: bool = False
    login: Literal["root", "Administrator", ""] = "root"
    rebuilds: int = 1

    def __attrs_post_init__(self) -> None:
        faults = Faults()
        for name, id in (("package", self.package), ("os", self.os), *(("images", each) for each in self.images)):
            if not 1 <= id <= LARGEST_ID:
                faults.add(name, "must be an id of VirtFusion", value=id)
        for name, least, most in (
            ("group", 0, LARGEST_ID),
            ("memory", 0, LARGEST_SIZE),
            ("cpu_cores", 0, 1024),
            ("storage", 0, LARGEST_SIZE),
            ("traffic", OF_THE_PACKAGE, LARGEST_SIZE),
            ("ipv4", 0, 256),
            ("rebuilds", 0, 5),
        ):
            if not least <= getattr(self, name) <= most:
                faults.add(name, f"must be {least} to {most}", value=getattr(self, name))
        faults.raise_if_any()


@attrs.frozen(kw_only=True)
class VirtFusionSpec:
    """What a customer may choose: a host name, one of the plan's images, and more of what the plan itself gives."""

    hostname: str = ""
    os: int = 0
    memory: int = 0
    cpu_cores: int = 0
    storage: int = 0
    traffic: int = 0

    def __attrs_post_init__(self) -> None:
        faults = Faults()
        for name in ("os", "memory", "cpu_cores", "storage", "traffic"):
            if not 0 <= getattr(self, name) <= LARGEST_SIZE:
                faults.add(name, f"must be 0 to {LARGEST_SIZE}", value=getattr(self, name))
        if self.hostname and not is_host(self.hostname):
            faults.add("hostname", "must be a host name in lower case", value=self.hostname)
        faults.raise_if_any()


@attrs.frozen(kw_only=True)
class Wanted:
    """What a server shall be. `sizes`: what stands instead of the package's, by VirtFusion's names."""

    config: VirtFusionConfig
    os: int
    hostname: str
    sizes: Mapping[str, int]


NAMES: Mapping[str, str] = {"memory": "memory", "cpu_cores": "cpuCores", "storage": "storage", "traffic": "traffic"}
"""Our names of sizes, and VirtFusion's."""


def wanted(request: ProvisionRequest | ResourceRequest) -> Wanted:
    """What a request's `config` and `spec` come to. Raises `Ended` with every fault."""
    config, spec = asking.wanted(request, VirtFusionConfig, VirtFusionSpec, _check)
    sizes = _sizes(config, spec, Faults())
    return Wanted(config=config, os=spec.os or config.os, hostname=spec.hostname or request.ref, sizes=sizes)


def _check(config: VirtFusionConfig, spec: VirtFusionSpec, faults: Faults) -> None:
    if spec.os and spec.os not in (config.os, *config.images):
        faults.add("spec.os", "is none of the plan's images", value=spec.os)
    _sizes(config, spec, faults)


def _sizes(config: VirtFusionConfig, spec: VirtFusionSpec, faults: Faults) -> dict[str, int]:
    sizes = {}
    for name, theirs in NAMES.items():
        own, more = getattr(config, name), getattr(spec, name)
        unlimited = name == "traffic" and own == UNLIMITED
        given = unlimited or own > 0
        if more and not given:
            faults.add(f"spec.{name}", "cannot be added to: the plan leaves it to VirtFusion's package", value=more)
        elif given:
            sizes[theirs] = own if unlimited else own + more
    return sizes
