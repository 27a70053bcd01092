"""All that a guest is to be, in Proxmox's own words."""

from __future__ import annotations

from typing import Any

import attrs

from larabill_core.privacy import Secret
from larabill_drivers.compute.proxmox.answers import begun
from larabill_drivers.compute.proxmox.settings import ProxmoxConfig, ProxmoxSpec


@attrs.frozen(kw_only=True)
class Order:
    """All that a guest is to be."""

    ref: str
    region: str
    config: ProxmoxConfig
    spec: ProxmoxSpec
    password: Secret

    @property
    def template(self) -> str:
        return self.config.images[self.spec.image] if self.spec.image else self.config.template

    @property
    def gib(self) -> int:
        return self.config.disk + self.spec.disk

    @property
    def name(self) -> str:
        return self.spec.hostname or self.ref

    def size(self) -> dict[str, str]:
        """Cores and memory, as a configuration says them."""
        config, spec = self.config, self.spec
        sizes = params_of(
            cores=config.cores + spec.cores, memory=config.memory + spec.memory, cpulimit=config.cpu_limit
        )
        return {**sizes, **params_of(swap=config.swap)} if config.kind == "lxc" else {**sizes, "sockets": "1"}

    def params(self) -> dict[str, str]:
        """What a clone is told, `sshkeys` as they are."""
        config = self.config
        return {
            **self.size(),
            **params_of(
                name=self.name,
                onboot=config.onboot,
                ciuser=config.user,
                cipassword=self.password.reveal(),
                sshkeys="\n".join(self.spec.ssh_keys),
                ipconfig0=config.ip,
                nameserver=config.nameserver,
                net0=config.network,
            ),
        }


def container(order: Order, vmid: int, pool: str) -> dict[str, str]:
    """What a container is made with, all at once."""
    config = order.config
    return {
        **order.size(),
        **params_of(
            vmid=vmid,
            ostemplate=order.template,
            hostname=order.name,
            password=order.password.reveal(),
            ssh_public_keys="\n".join(order.spec.ssh_keys),
            rootfs=f"{config.storage}:{order.gib}",
            net0=config.network,
            nameserver=config.nameserver,
            onboot=config.onboot,
            unprivileged=config.unprivileged,
            pool=pool,
            tags=begun(order.ref),
            description=f"LaraBill {order.ref}",
            start=True,
        ),
    }


def params_of(**values: Any) -> dict[str, str]:
    """As Proxmox takes them: 1 and 0 for yes and no, nothing where nothing is said."""
    return {
        name.replace("_", "-"): str(int(value)) if isinstance(value, bool) else str(value)
        for name, value in values.items()
        if value != "" and value is not None
    }
