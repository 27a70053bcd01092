"""How an account at an Enhance panel, a plan of it and a customer's wishes are written."""

from __future__ import annotations

import re
from collections.abc import Mapping

import attrs

from larabill_core.errors import Faults
from larabill_core.privacy import Secret

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_PHP = re.compile(r"php[0-9]{2,3}")
_HOST = re.compile(r"[a-z0-9.-]{1,253}(:[0-9]{1,5})?")
LARGEST_ID = 2**31 - 1


@attrs.frozen(kw_only=True)
class EnhanceSettings:
    """`base_url` is the panel's address without `/api`; `organisation` the id of the master's or reseller's own one.

    `regions` gives for each region of ours the id of a server group; without, a region is a server group's id.
    `force_deletion` wipes what is ended, instead of marking it as deleted. `lift_organisation` lets a resume lift the
    suspension of a whole organisation. `sign_on_hosts` are hosts besides the panel's that sign-on links may lead to.
    `finds` false: never look through all customers, which takes one request for each of them.
    """

    base_url: str
    access_token: Secret
    organisation: str
    regions: Mapping[str, str] = attrs.field(factory=dict)
    force_deletion: bool = False
    lift_organisation: bool = False
    sign_on_hosts: tuple[str, ...] = ()
    finds: bool = True

    def __attrs_post_init__(self) -> None:
        faults = Faults()
        if not UUID.fullmatch(self.organisation):
            faults.add("organisation", "must be a UUID in lower case", value=self.organisation)
        for region, group in self.regions.items():
            if not UUID.fullmatch(group):
                faults.add(f"regions.{region}", "must be a server group's UUID in lower case", value=group)
        for host in self.sign_on_hosts:
            if not _HOST.fullmatch(host):
                faults.add("sign_on_hosts", "must be HOST or HOST:PORT in lower case", value=host)
        faults.raise_if_any()


@attrs.frozen(kw_only=True)
class EnhanceConfig:
    """What a plan is: `plan_id` at the panel; `php` (such as php83) of the website, the plan's own when left out."""

    plan_id: int
    php: str = ""

    def __attrs_post_init__(self) -> None:
        faults = Faults()
        if not 1 <= self.plan_id <= LARGEST_ID:
            faults.add("plan_id", f"must be 1 to {LARGEST_ID}", value=self.plan_id)
        if self.php and not _PHP.fullmatch(self.php):
            faults.add("php", "must be php and two or three digits", value=self.php)
        faults.raise_if_any()


@attrs.frozen(kw_only=True)
class EnhanceSpec:
    """What a customer may choose: the `domain` of the first website; without, no website is made."""

    domain: str = ""

    def __attrs_post_init__(self) -> None:
        faults = Faults()
        if self.domain and not is_domain(self.domain):
            faults.add("domain", "must be a domain name in lower case, IDN as xn--…", value=self.domain)
        faults.raise_if_any()


def is_domain(text: str) -> bool:
    """Two labels or more of letters, digits and hyphens (RFC 1123, 2.1), 253 characters at most, and no address."""
    labels = text.split(".")
    is_name = len(text) <= 253 and len(labels) >= 2 and all(_LABEL.fullmatch(label) for label in labels)
    return is_name and not labels[-1].isdigit()
