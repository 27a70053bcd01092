"""How an account at a TCAdmin panel, a plan of it and a customer's wishes are written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, TypeAlias

import attrs

from larabill_core.errors import Faults
from larabill_core.privacy import Secret

BillingPath: TypeAlias = Literal["/billingapi.aspx", "/Aspx/billingapi.aspx"]
Priority: TypeAlias = Literal["", "Idle", "BelowNormal", "Normal", "AboveNormal", "High"]

MOST = 2**31 - 1
"""The panel's numbers are 32 bits wide."""
_PLACE = re.compile(r"[A-Za-z0-9]{1,32}")
_VARIABLE = re.compile(r"[A-Za-z0-9_.-]{1,50}")
_NAME = re.compile(r"(?!-|.* -)[A-Za-z0-9 _.-]{0,64}")
_WORD = re.compile(r"(?!-)[A-Za-z0-9_.-]{0,64}")
"""What a customer writes ends in the command line of a game: it must not be read as one more option of it."""


@attrs.frozen(kw_only=True)
class TcadminSettings:
    """`base_url` is the panel's address with its port, `username` and `password` the login of an administrator of it.

    Or of a reseller. `regions` gives for each region of ours the panel's id of a datacenter. With `rest_key`
    (`USERID#SECRET`) the driver looks at what it does by the panel's REST API, at `rest_url` where that is elsewhere.
    """

    base_url: str
    username: str = attrs.field(repr=False)
    password: Secret
    billing_path: BillingPath = "/billingapi.aspx"
    regions: Mapping[str, str] = attrs.field(factory=dict)
    rest_key: Secret | None = None
    rest_url: str = ""

    def __attrs_post_init__(self) -> None:
        faults = Faults()
        for region, datacenter in self.regions.items():
            _check(faults, f"regions.{region}", datacenter, _PLACE, "must be the panel's id of a datacenter")
        if self.rest_key is not None and not re.fullmatch(r"\d{1,10}#\S+", self.rest_key.reveal()):
            faults.add("rest_key", "must be of the form USERID#SECRET")
        if self.rest_url and self.rest_key is None:
            faults.add("rest_url", "is of no use without rest_key")
        faults.raise_if_any()


@attrs.frozen(kw_only=True)
class TcadminConfig:
    """What a plan is: `game` is the panel's id of a game, `slots` how many may play.

    It is built on the machine `server` where that is given; else in the datacenter of the order's region, or without
    one in `datacenter`. `cpu` is in percent of a core and `memory` in MB; 0: the game's own. `choices` are the names
    in `variables` that a customer may set otherwise.
    """

    game: int
    slots: int
    datacenter: str = ""
    server: int = 0
    private: bool = False
    branded: bool = False
    start: bool = True
    priority: Priority = ""
    cpu: int = 0
    memory: int = 0
    variables: Mapping[str, str] = attrs.field(factory=dict)
    choices: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        faults = Faults()
        for name, least in (("game", 1), ("slots", 1), ("server", 0), ("cpu", 0), ("memory", 0)):
            if not least <= getattr(self, name) <= MOST:
                faults.add(name, f"must be {least} to {MOST}", value=getattr(self, name))
        if self.datacenter:
            _check(faults, "datacenter", self.datacenter, _PLACE, "must be the panel's id of a datacenter")
            if self.server:
                faults.add("server", "cannot be given together with datacenter")
        for name, value in self.variables.items():
            _check(faults, f"variables.{name}", name, _VARIABLE, "must have a name of letters, digits and _.-")
            if len(value) > 1000 or not value.isprintable():
                faults.add(f"variables.{name}", "must be of 1000 printable characters at most")
        for name in self.choices:
            if name not in self.variables:
                faults.add("choices", "must be names that stand in variables", value=name)
        faults.raise_if_any()


@attrs.frozen(kw_only=True)
class TcadminSpec:
    """What a customer may choose: the game server's name, more slots, and those variables that the plan lets choose."""

    name: str = ""
    slots: int = 0
    variables: Mapping[str, str] = attrs.field(factory=dict)

    def __attrs_post_init__(self) -> None:
        faults = Faults()
        if not 0 <= self.slots <= 10_000:
            faults.add("slots", "must be 0 to 10000", value=self.slots)
        _check(faults, "name", self.name, _NAME, "must be of 64 letters, digits, spaces and _.- at most")
        for name, value in self.variables.items():
            path = f"variables.{name}" if _VARIABLE.fullmatch(name) else "variables"
            _check(faults, path, value, _WORD, "must be of 64 letters, digits and _.- at most, no - first")
        faults.raise_if_any()


def _check(faults: Faults, path: str, value: str, pattern: re.Pattern[str], problem: str) -> None:
    if not pattern.fullmatch(value):
        faults.add(path, problem, value=value)
