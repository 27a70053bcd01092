"""Hosting accounts of a cPanel & WHM server: the account's name is our ref, its owner says that it is ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from ipaddress import ip_address
from uuid import UUID

import httpx

from larabill_core.clock import Clock
from larabill_core.contracts.outcome import Done, Facts, Failed, Manual, Outcome, Unknown
from larabill_core.contracts.provisioner import Found, ProvisionRequest, ResourceRequest
from larabill_drivers.asking import Ended, look, outcome, wanted
from larabill_drivers.panels.whm.accounts import OurAccounts, name_of
from larabill_drivers.panels.whm.answers import Account
from larabill_drivers.panels.whm.entrance import Entrance
from larabill_drivers.panels.whm.figures import Figures, packages
from larabill_drivers.panels.whm.functions import Functions, Told
from larabill_drivers.panels.whm.settings import WhmConfig, WhmSettings, WhmSpec

SENT_AT = "sent_at"


class Whm(Figures, Entrance):
    """One server. It deduplicates: a second account of the same name is refused."""

    name = "whm"
    dedupes = True

    def __init__(
        self,
        settings: WhmSettings,
        *,
        account: str,
        clock: Clock,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.account = account
        self._settings = settings
        self._clock = clock
        self._whm = Functions(settings, clock, transport)
        self._accounts = OurAccounts(self._whm, settings.owned_by)
        self._panel_url = settings.panel_url or f"https://{httpx.URL(settings.base_url).host}:2083"

    def ref_for(self, subject_id: UUID) -> str:
        """The account's name."""
        return name_of(subject_id)

    @outcome
    def provision(self, request: ProvisionRequest) -> Outcome:
        config, spec = wanted(request, WhmConfig, WhmSpec)
        if request.region and request.region != self._settings.region:
            return Failed(reason=f"the server does not stand in region {request.region!r}", code="unknown_region")
        there = self._accounts.named(request.ref)
        if there is not None:
            return self._made(there, spec)
        sent_at = request.progress.get(SENT_AT)
        if isinstance(sent_at, str) and self._clock.now() < datetime.fromisoformat(sent_at) + self._settings.settling:
            return Unknown(reason="a create was sent, and may still be under way at the server")
        package = self._package(config)
        return self._create(request, spec, package)

    def _create(self, request: ProvisionRequest, spec: WhmSpec, package: str) -> Outcome:
        """That it was sent is saved before: the account of a create whose answer is lost can show minutes later."""
        request.save_progress({SENT_AT: self._clock.now().isoformat()})
        try:
            told = self._whm.change("createacct", self._account_fields(request, spec, package))
        except Ended as end:
            if isinstance(end.outcome, Failed):
                request.save_progress({})
            raise
        there = self._accounts.named_after(request.ref)
        if there is not None:
            return self._made(there, spec)
        return self._not_made(request, told)

    def _account_fields(self, request: ProvisionRequest, spec: WhmSpec, package: str) -> Mapping[str, str]:
        fields = {
            "username": request.ref,
            "domain": spec.domain,
            "plan": package,
            "password": request.password.reveal(),
            "showpass": "n",
        }
        if request.contact is not None:
            fields["contactemail"] = request.contact.email
        if self._settings.owned_by != self._settings.username:
            fields["owner"] = self._settings.owned_by
        return fields

    def _made(self, there: Account, spec: WhmSpec) -> Outcome:
        """Of the account that bears the name: whether it is the one that was asked for."""
        fault = self._accounts.fault_of(there, spec.domain)
        if fault:
            return Manual(reason=f"{fault}: its name is the one that is wanted here")
        if there.suspended:
            return Manual(reason=f"the server's account {there.user} stands, and is suspended")
        return Done(ref=there.driver_ref, facts=self._facts(there))

    def _not_made(self, request: ProvisionRequest, told: Told) -> Outcome:
        """No account is to be seen: an honest no leaves the name free; else somebody's stands that we may not see."""
        if told.yes:
            return Unknown(reason="the server says that it made the account, and does not show it")
        try:
            name = self._whm.ask("verify_new_username", {"user": request.ref})
        except Ended as end:
            return Unknown(reason=f"refused, and cannot look why: {end}")
        if not name.yes:
            return Manual(reason=f"the name {request.ref} cannot be had, and no account of ours bears it: {name.words}")
        request.save_progress({})
        return told.refused()

    @look
    def find(self, ref: str) -> Found | None:
        there = self._accounts.ours(ref)
        return None if there is None else self._found(there)

    @look
    def list_resources(self) -> list[Found]:
        return [self._found(there) for there in self._accounts.all_ours()]

    @outcome
    def suspend(self, request: ResourceRequest) -> Outcome:
        """Without a lock: the owner may resume it."""
        if self._accounts.standing(request).suspended:
            return Done(ref=request.driver_ref)
        fields = {"user": request.ref, "reason": self._settings.suspend_reason, "disallowun": "0"}
        return self._changed(request, "suspendacct", fields, lambda there: there is not None and bool(there.suspended))

    @outcome
    def resume(self, request: ResourceRequest) -> Outcome:
        there = self._accounts.standing(request)
        if not there.suspended:
            return Done(ref=request.driver_ref)
        if there.is_locked:
            return Manual(reason="root has suspended it with a lock, so root has to resume it: ask there why")
        fields = {"user": request.ref}
        return self._changed(request, "unsuspendacct", fields, lambda there: there is not None and not there.suspended)

    @outcome
    def resize(self, request: ResourceRequest) -> Outcome:
        config, spec = wanted(request, WhmConfig, WhmSpec)
        there = self._accounts.standing(request)
        if spec.domain != there.domain:
            return Failed(reason="spec.domain: the main domain cannot be changed here", code="bad_spec")
        if there.plan == self._settings.package_prefix + config.package:
            return Done(ref=request.driver_ref)
        package = self._package(config)
        fields = {"user": request.ref, "pkg": package}
        return self._changed(
            request, "changepackage", fields, lambda there: there is not None and there.plan == package
        )

    @outcome
    def deprovision(self, request: ResourceRequest) -> Outcome:
        """Looks first: WHM refuses to remove what is gone as it refuses everything else."""
        if self._accounts.meant(request) is None:
            return Done(ref=request.driver_ref)
        fields = {"username": request.ref, "keepdns": str(int(self._settings.keep_dns))}
        return self._changed(request, "removeacct", fields, lambda there: there is None)

    def _changed(
        self,
        request: ResourceRequest,
        function: str,
        fields: Mapping[str, str],
        is_so: Callable[[Account | None], bool],
    ) -> Outcome:
        """Call it; of a no, see whether it is so already."""
        told = self._whm.change(function, fields)
        if told.yes or is_so(self._accounts.named_after(request.ref)):
            return Done(ref=request.driver_ref)
        return told.refused()

    def _package(self, config: WhmConfig) -> str:
        """The package as the server knows it. Raises `Ended` when our token may not use it: WHM would take another."""
        wanted = self._settings.package_prefix + config.package
        if wanted not in packages(self._whm):
            raise Ended(Failed(reason=f"the server has no package {wanted!r} for this user", code="unknown_package"))
        return wanted

    def _found(self, there: Account) -> Found:
        return Found(ref=there.user, driver_ref=there.driver_ref, status=there.status, facts=self._facts(there))

    def _facts(self, there: Account) -> Facts:
        facts = {"user": there.user, "domain": there.domain, "login_url": self._panel_url}
        return {**facts, "ip": there.ip} if _is_address(there.ip) else facts


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return "%" not in text
