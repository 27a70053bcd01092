"""What a user may be given besides: a way in, another password, other names; and what is to be seen of the server."""

from __future__ import annotations

from decimal import Decimal

import httpx

from larabill_core.contracts.customers import Contact
from larabill_core.contracts.inventory import Offer
from larabill_core.contracts.metrics import Reading
from larabill_core.contracts.outcome import Done, Failed, Manual, Outcome, Unknown
from larabill_core.contracts.provisioner import RemoteStatus, ResourceRequest
from larabill_core.contracts.sign_on import SIGN_ON
from larabill_core.privacy import Secret
from larabill_drivers.asking import Ended, look, outcome
from larabill_drivers.cloud.kasm.answers import Images, Login, User
from larabill_drivers.cloud.kasm.people import person
from larabill_drivers.cloud.kasm.settings import is_plain_id
from larabill_drivers.cloud.kasm.users import Users


class Access:
    """`portal` is the address at which customers reach the server."""

    def __init__(self, users: Users, portal: str) -> None:
        self._users = users
        self._portal = portal

    @outcome
    def sign_on(self, request: ResourceRequest) -> Outcome:
        user = self._standing(request)
        if user.remote_status is RemoteStatus.SUSPENDED:
            return Failed(reason="the user is disabled", code="suspended")
        url = self._users.ask("get_login", Login, target_user={"user_id": user.id}).url
        if _origin(url) != _origin(self._portal):
            return Manual(reason="the link leads to another host than the settings' portal_url")
        return Done(ref=user.id, secrets={SIGN_ON: Secret(url)})

    @outcome
    def reset_password(self, request: ResourceRequest, password: Secret) -> Outcome:
        user = self._standing(request)
        self._users.change(user.id, password=password.reveal())
        return Done(ref=user.id)

    @outcome
    def change_contact(self, request: ResourceRequest, contact: Contact) -> Outcome:
        """Names and company."""
        names = person(contact)
        user = self._standing(request)
        self._users.change(user.id, **names)
        return Done(ref=user.id)

    @look
    def usage(self, driver_ref: str) -> list[Reading]:
        """How many sessions are open: the server counts nothing else for a user."""
        user = self._users.by_id(plain_ref(driver_ref))
        if user is None or not user.is_ours or user.kasms is None:
            raise Ended(Unknown(reason="the server does not say which sessions are open"))
        return [Reading(metric="sessions", value=Decimal(len(user.kasms)), unit="session", kind="gauge")]

    @look
    def images(self) -> list[Offer]:
        """The workspaces that are enabled. Which of them a user sees is a setting of the groups."""
        images = self._users.look("get_images", Images).images
        return [Offer(code=image.image_id, name=image.friendly_name) for image in images if image.enabled]

    def _standing(self, request: ResourceRequest) -> User:
        """The user, who is ours and finished. Raises `Ended`."""
        user = self._users.by_id(plain_ref(request.driver_ref))
        if user is None:
            raise Ended(Failed(reason="there is no such user", code="not_found"))
        check_name(user, request.ref)
        if user.is_unfinished:
            raise Ended(Manual(reason="the user is not finished: its groups are not all there yet"))
        return user


def plain_ref(driver_ref: str) -> str:
    """An id as we answered it. Raises `Ended`."""
    if not is_plain_id(driver_ref):
        raise Ended(Failed(reason="the server's ids are 32 hexadecimal digits", code="bad_id"))
    return driver_ref


def check_name(user: User, ref: str) -> None:
    if user.username != ref:
        raise Ended(Manual(reason=f"the server's user {user.id} has another name than ours"))


def _origin(text: str) -> tuple[str, str, int | None]:
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        return "", "", None
    return url.scheme, url.host, url.port
