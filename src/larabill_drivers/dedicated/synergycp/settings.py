"""How an account at a SynergyCP panel, a plan of it and a customer's wishes are written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import attrs

from larabill_core.contracts.outcome import Failed
from larabill_core.errors import Faults
from larabill_core.privacy import Secret
from larabill_core.structure import structure
from larabill_drivers.asking import Ended

CHOICES = ("image", "memory", "disks", "addons", "ips", "port_speed", "bandwidth")
"""What of a plan may be left to the customer."""
LONGEST_WAIT = timedelta(days=1)
"""LaraBill cuts longer waits."""
MOST_PARTS = 64

_KEY = re.compile(r"[!-~]{8,200}")
_FIELD = re.compile(r"[a-z_]{1,40}(\.[a-z_]{1,40}){0,2}")
_NAME = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9 ._-]{0,61}[A-Za-z0-9])?)?")


@attrs.frozen(kw_only=True)
class SynergyCpSettings:
    """`base_url` is the panel's API (`https://api.…`), `api_key` the key of an integration there.

    `regions` gives for each region of ours the billing ids of IP groups; without, a region is the billing id of a
    group. `look_again`: how long to wait for stock. `wipe`: whether the end of a service may erase its disks; without,
    a person does it. `suspend_sub_clients`: suspend and resume everybody's access, and not the owner's alone.
    `install_field` (such as "percent" or "step_desc") says where in an install its state stands, `install_done` and
    `install_failed` which states end it ("none": no install is listed); without, a server that was handed out counts
    as built. `sign_on`: make keys of clients, to let customers into the panel.
    """

    base_url: str
    api_key: Secret
    regions: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)
    look_again: timedelta = timedelta(hours=1)
    wipe: bool = False
    suspend_sub_clients: bool = False
    suspension_reason: str = "Suspended by billing"
    install_field: str = ""
    install_done: tuple[str, ...] = ("100", "none")
    install_failed: tuple[str, ...] = ()
    sign_on: bool = False

    def __attrs_post_init__(self) -> None:
        faults = Faults()
        if not _KEY.fullmatch(self.api_key.reveal()):
            faults.add("api_key", "must be of 8 to 200 printable ASCII characters")
        if not timedelta(0) < self.look_again <= LONGEST_WAIT:
            faults.add("look_again", "must be more than nothing and one day at most")
        if self.install_field and not _FIELD.fullmatch(self.install_field):
            faults.add("install_field", "must be a name, or names joined by dots", value=self.install_field)
        if not 0 < len(self.suspension_reason) <= 200 or not self.suspension_reason.isprintable():
            faults.add("suspension_reason", "must be of 1 to 200 printable characters")
        for region, groups in self.regions.items():
            with faults.at("regions", region):
                _check_ids(groups, faults, least=1)
        faults.raise_if_any()


@attrs.frozen(kw_only=True)
class SynergyCpConfig:
    """What a plan is, in the panel's billing ids, which must match exactly.

    `cpu`, `memory`, `disks` and `addons` are the parts of a server, and no others; `ips` the block of addresses that
    it gets, from the IP `groups` where no region is asked for; `image` a PXE profile; `bandwidth` the panel's
    `max_bandwidth`. `pxe_access`, `ipmi_access` and `switch_access`: what the customer may use in the panel.
    `choices` says what of it the customer may choose, and from what.
    """

    cpu: str
    memory: str
    ips: str
    image: str
    disks: tuple[str, ...] = ()
    addons: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    port_speed: str = ""
    bandwidth: str = ""
    pxe_access: bool = False
    ipmi_access: bool = False
    switch_access: bool = False
    choices: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)

    def __attrs_post_init__(self) -> None:
        faults = Faults()
        for name in ("cpu", "memory", "ips", "image"):
            _check_ids((getattr(self, name),), faults, name)
        for name in ("port_speed", "bandwidth"):
            if getattr(self, name):
                _check_ids((getattr(self, name),), faults, name)
        for name in ("disks", "addons", "groups"):
            _check_ids(getattr(self, name), faults, name)
        for name, ids in self.choices.items():
            with faults.at("choices"):
                if name not in CHOICES:
                    faults.add(name, "cannot be chosen", remedy=f"known are: {', '.join(CHOICES)}")
                _check_ids(ids, faults, name)
        faults.raise_if_any()


@attrs.frozen(kw_only=True)
class SynergyCpSpec:
    """What a customer may choose: a name, and what the plan's `choices` allow."""

    name: str = ""
    image: str = ""
    memory: str = ""
    disks: tuple[str, ...] = ()
    addons: tuple[str, ...] = ()
    ips: str = ""
    port_speed: str = ""
    bandwidth: str = ""

    def __attrs_post_init__(self) -> None:
        faults = Faults()
        if not _NAME.fullmatch(self.name):
            remedy = "a letter or digit first and last, between them also space . _ -"
            faults.add("name", "must be of 63 characters at most", value=self.name, remedy=remedy)
        for name in ("disks", "addons"):
            if len(getattr(self, name)) > MOST_PARTS:
                faults.add(name, f"has more than {MOST_PARTS} parts")
        faults.raise_if_any()


def wanted(config: Mapping[str, Any], spec: Mapping[str, Any]) -> tuple[SynergyCpConfig, str]:
    """The plan as the customer has chosen it, and the name. Raises `Ended` with every fault."""
    faults = Faults()
    plan = structure(SynergyCpConfig, config, faults, "config")
    if plan is None:
        raise Ended(Failed(reason="; ".join(map(str, faults)), code="bad_plan"))
    wishes = structure(SynergyCpSpec, spec, faults, "spec")
    chosen = {} if wishes is None else {name: getattr(wishes, name) for name in CHOICES if getattr(wishes, name)}
    for name, value in chosen.items():
        allowed = plan.choices.get(name, ())
        for each in value if isinstance(value, tuple) else (value,):
            if each not in allowed:
                faults.add(f"spec.{name}", "is not to be chosen in this plan", value=each)
    if wishes is None or len(faults):
        raise Ended(Failed(reason="; ".join(map(str, faults)), code="bad_spec"))
    return attrs.evolve(plan, **chosen), wishes.name


def _check_ids(ids: tuple[str, ...], faults: Faults, name: str = "", *, least: int = 0) -> None:
    """Billing ids are whatever the panel's operator has typed in."""
    if not least <= len(ids) <= MOST_PARTS:
        faults.add(name, f"must hold {least} to {MOST_PARTS} billing ids")
    for id in ids:
        if not 0 < len(id) <= 100 or not id.isprintable() or id != id.strip():
            faults.add(name, "must be a billing id of 1 to 100 printable characters", value=id)
