"""How an account at a WHM server, a plan of it and a customer's wishes are written."""

from __future__ import annotations

import re
from datetime import timedelta

import attrs

from larabill_core.errors import Faults, InvalidInput
from larabill_core.privacy import Secret
from larabill_drivers.domain_name import domain_name

_USER = re.compile(r"[a-z][a-z0-9]{0,15}")
_PACKAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}")
_PREFIX = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9._-]{0,31})?")
_PANEL_URL = re.compile(r"https://[A-Za-z0-9.-]{1,253}(?::[0-9]{1,5})?(?:/[A-Za-z0-9._/-]{0,200})?")
SHORTEST_DEADLINE, LONGEST_DEADLINE = timedelta(seconds=10), timedelta(seconds=240)
"""The lease of an operation is of 300 seconds, and the driver looks before and after it sends."""
LONGEST_SETTLING = timedelta(hours=1)


def is_package(name: str) -> bool:
    """Whether it is written as the names of packages are."""
    return _PACKAGE.fullmatch(name) is not None


@attrs.frozen(kw_only=True)
class WhmSettings:
    """`base_url` is https://HOST:2087; `token` an API token of WHM's user `username`.

    `owner`: the reseller to whom all our accounts belong, and nobody else's; without, `username`. `package_prefix` is
    put before the package of each plan. `region`: the one in which the server stands. `panel_url`: where customers log
    in; without, https://HOST:2083. `deadline`: how long a call that changes something may take; `settling`: how long a
    create whose answer was lost may still be under way. The page of the driver says when to set the rest.
    """

    base_url: str
    username: str
    token: Secret
    owner: str = ""
    package_prefix: str = ""
    region: str = ""
    panel_url: str = ""
    suspend_reason: str = "Suspended by the billing system"
    keep_dns: bool = False
    deadline: timedelta = timedelta(seconds=180)
    settling: timedelta = timedelta(minutes=10)
    version_in_query: bool = False
    counts_accounts: bool = False

    def __attrs_post_init__(self) -> None:
        faults = Faults()
        if not _USER.fullmatch(self.username):
            faults.add("username", "is no user name", value=self.username)
        if self.owner and not _USER.fullmatch(self.owner):
            faults.add("owner", "is no user name", value=self.owner)
        if self.owned_by == "root":
            remedy = "make a reseller for LaraBill alone, and name it here: an account of root's could be anybody's"
            faults.add("owner", "must not be root", remedy=remedy)
        if not _PREFIX.fullmatch(self.package_prefix):
            faults.add("package_prefix", "is no beginning of a package's name", value=self.package_prefix)
        if self.panel_url and not _PANEL_URL.fullmatch(self.panel_url):
            faults.add("panel_url", "must be https://HOST[:PORT][/PATH]", value=self.panel_url)
        if not 0 < len(self.suspend_reason) <= 200 or not self.suspend_reason.isprintable():
            faults.add("suspend_reason", "must be of 1 to 200 printable characters", value=self.suspend_reason)
        if not SHORTEST_DEADLINE <= self.deadline <= LONGEST_DEADLINE:
            faults.add("deadline", f"must be {SHORTEST_DEADLINE} to {LONGEST_DEADLINE}", value=self.deadline)
        if not self.deadline < self.settling <= LONGEST_SETTLING:
            faults.add("settling", f"must be more than deadline, {LONGEST_SETTLING} at most", value=self.settling)
        faults.raise_if_any()

    @property
    def owned_by(self) -> str:
        """The owner of each account of ours."""
        return self.owner or self.username


@attrs.frozen(kw_only=True)
class WhmConfig:
    """What a plan is: a `package` of the server, which holds all limits."""

    package: str

    def __attrs_post_init__(self) -> None:
        if not is_package(self.package):
            raise InvalidInput.one("package", "is no name of a package", self.package)


@attrs.frozen(kw_only=True)
class WhmSpec:
    """What a customer chooses: the main `domain`, held in lower case and as A-labels. It cannot be changed later."""

    domain: str = attrs.field(converter=domain_name)

    def __attrs_post_init__(self) -> None:
        if self.domain.startswith("www."):
            raise InvalidInput.one("domain", "begins with www.", remedy="leave www. out: the server adds it")
