"""How an account at a Kasm server, a plan of it and a customer's wishes are written."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

import attrs

from larabill_core.errors import Faults
from larabill_core.privacy import Secret

MOST_GROUPS = 100
LARGEST_PAGE = 1000

_ID = re.compile(r"[0-9a-f]{32}")
_PORTAL = re.compile(r"https://[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]{0,200})?")


def plain_id(text: str) -> str:
    """An id as we compare and send it: 32 hexadecimal digits. The server writes it with and without dashes."""
    return text.replace("-", "").lower()


def is_plain_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None


def _plain_ids(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(plain_id(text) for text in texts)


@attrs.frozen(kw_only=True)
class KasmSettings:
    """`base_url` is the server's address; `plan_groups` are the ids of all groups that plans of it give.

    `auth`: key and secret go in each body (`body`) or in the header Authorization (`basic`, of 1.19). `portal_url` is
    where customers reach the server, when that is another address. `page_size` (0: all at once) is how many users are
    asked for at a time. `no_such_user` are the words by which the server says that there is no such user.
    """

    base_url: str
    api_key: Secret
    api_key_secret: Secret
    plan_groups: tuple[str, ...] = attrs.field(converter=_plain_ids)
    auth: Literal["body", "basic"] = "body"
    portal_url: str = ""
    page_size: int = 0
    no_such_user: str = ""

    def __attrs_post_init__(self) -> None:
        faults = Faults()
        _check_groups(faults, "plan_groups", self.plan_groups)
        if self.portal_url and not _PORTAL.fullmatch(self.portal_url):
            faults.add("portal_url", "must be https://HOST[:PORT][/PATH]", value=self.portal_url)
        if not 0 <= self.page_size <= LARGEST_PAGE:
            faults.add("page_size", f"must be 0 to {LARGEST_PAGE}", value=self.page_size)
        faults.raise_if_any()


@attrs.frozen(kw_only=True)
class KasmConfig:
    """What a plan is: the ids of the groups that its users belong to. Their settings hold quotas, times and images."""

    groups: tuple[str, ...] = attrs.field(converter=_plain_ids)

    def __attrs_post_init__(self) -> None:
        faults = Faults()
        _check_groups(faults, "groups", self.groups)
        faults.raise_if_any()


@attrs.frozen(kw_only=True)
class KasmSpec:
    """What a customer may choose: nothing. A plan's groups say it all."""


def _check_groups(faults: Faults, name: str, groups: tuple[str, ...]) -> None:
    if not 1 <= len(groups) <= MOST_GROUPS:
        faults.add(name, f"must name 1 to {MOST_GROUPS} groups", value=len(groups))
    if len(set(groups)) < len(groups):
        faults.add(name, "names a group twice")
    for group in groups:
        if not is_plain_id(group):
            faults.add(name, "holds what is no id of a group (32 hexadecimal digits)", value=group)
