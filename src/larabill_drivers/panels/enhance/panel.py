"""The panel's lists and things, read: what is deleted is left out, and all pages are read before "there is none"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeVar

import attrs

from larabill_core.contracts.outcome import Failed, Manual, Unknown
from larabill_core.contracts.provisioner import ResourceRequest
from larabill_drivers.asking import Api, Ended
from larabill_drivers.panels.enhance.answers import Login, Member, Org, Page, Subscription, Website, is_absent, stands
from larabill_drivers.panels.enhance.settings import LARGEST_ID

T = TypeVar("T")

MOST_PAGES = 10_000
PER_PAGE = "50"
UNFINISHED = " (unfinished)"
"""Stands behind our ref in a subscription's name until all that belongs to it is made."""
OWNER = "Owner"
_PLACE = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/([1-9][0-9]{0,9})")


@attrs.frozen
class Place:
    """Where a subscription stands: written `ORGANISATION/NUMBER`, that is our `driver_ref`."""

    org: str
    id: int

    @classmethod
    def parse(cls, text: str) -> Place:
        """Raises `Ended` for what we cannot have written."""
        found = _PLACE.fullmatch(text)
        if found is None or int(found[2]) > LARGEST_ID:
            raise Ended(Failed(reason="an id here is ORGANISATION/NUMBER", code="bad_id"))
        return cls(found[1], int(found[2]))

    def __str__(self) -> str:
        return f"{self.org}/{self.id}"

    @property
    def path(self) -> str:
        return f"/orgs/{self.org}/subscriptions/{self.id}"


class Panel:
    """Reads through `api` what `seller`, an organisation's id, has sold. Every method raises `Ended`."""

    def __init__(self, api: Api, seller: str) -> None:
        self._api = api
        self.seller = seller

    def customers(self) -> Iterator[Org]:
        """All, the deleted ones too; the oldest first, so that one who comes meanwhile moves no other."""
        return self.pages(f"/orgs/{self.seller}/customers", Page[Org], sortBy="createdAt")

    def customer_named(self, name: str) -> Org | None:
        """The oldest that has exactly this name: whoever looks after two were made at once takes the same one."""
        found = [org for org in self.customers() if org.name == name and stands(org)]
        return min(found, key=lambda org: (org.created_at, org.id), default=None)

    def org(self, id: str) -> Org | None:
        found = self._one(f"/orgs/{id}", Org)
        if found is not None and found.id != id:
            raise Ended(Unknown(reason="the panel answered with another organisation"))
        return found if found is not None and stands(found) else None

    def subscriptions(self, org: str) -> Iterator[Subscription]:
        """What a customer has of the seller, the deleted ones too."""
        return self.pages(f"/orgs/{self.seller}/customers/{org}/subscriptions", Page[Subscription])

    def subscription(self, place: Place) -> Subscription | None:
        found = self._one(place.path, Subscription)
        if found is not None and (found.id, found.subscriber_id) != (place.id, place.org):
            raise Ended(Unknown(reason="the panel answered with another subscription"))
        return found if found is not None and stands(found) else None

    def subscription_named(self, org: str, ref: str) -> Subscription | None:
        """The one of our `ref`, finished or not."""
        named = [each for each in self.subscriptions(org) if each.friendly_name in (ref, ref + UNFINISHED)]
        found = [each for each in named if stands(each)]
        if len(found) > 1:
            raise Ended(Manual(reason=f"the panel's subscriptions {found[0].id} and {found[1].id} carry the same ref"))
        return found[0] if found else None

    def standing(self, request: ResourceRequest) -> tuple[Place, Subscription]:
        """The finished or unfinished subscription behind `driver_ref`, which is ours."""
        place = Place.parse(request.driver_ref)
        there = self.subscription(place)
        if there is None:
            raise Ended(Failed(reason="there is no such subscription", code="not_found"))
        check_ours(there, request.ref)
        return place, there

    def website(self, org: str, domain: str) -> Website | None:
        path = f"/orgs/{org}/websites"
        found = [
            each
            for each in self.pages(path, Page[Website], search=domain)
            if each.domain.domain.lower() == domain and stands(each)
        ]
        return found[0] if found else None

    def login(self, email: str) -> Login | None:
        """Of all logins in the seller's realm."""
        path = f"/orgs/{self.seller}/logins"
        logins = self.pages(path, Page[Login], sortBy="registrationDate")
        return next((login for login in logins if login.email.lower() == email.lower()), None)

    def owners(self, org: str) -> list[Member]:
        return [member for member in self.members(org) if OWNER in member.roles]

    def members(self, org: str) -> Iterator[Member]:
        return self.pages(f"/orgs/{org}/members", Page[Member])

    def pages(self, path: str, into: type[Page[T]], **query: str) -> Iterator[T]:
        """Every item. A list that breaks off is no answer."""
        offset = 0
        for _ in range(MOST_PAGES):
            asked = {**query, "offset": str(offset), "limit": PER_PAGE}
            page = self._api.seen(self._api.request("GET", path, query=asked), into)
            yield from page.items
            offset += len(page.items)
            if offset >= page.total:
                return
            if not page.items:
                break
        raise Ended(Unknown(reason="the panel's list breaks off before its end"))

    def _one(self, path: str, into: type[T]) -> T | None:
        answer = self._api.request("GET", path)
        if answer.status == 404 and self._api.says(answer, is_absent):
            return None
        return self._api.seen(answer, into)


def check_ours(subscription: Subscription, ref: str) -> None:
    """Raises `Ended` when it carries another name than our ref: it is not the one, or somebody has renamed it."""
    if subscription.friendly_name not in (ref, ref + UNFINISHED):
        raise Ended(Manual(reason=f"the panel's subscription {subscription.id} does not carry this service's ref"))
