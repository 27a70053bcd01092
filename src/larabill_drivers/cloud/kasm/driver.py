"""User accounts of a Kasm server: our ref is the user's name, and a plan is the groups that the user belongs to.

A create takes three steps: the user, who is disabled and marked as unfinished; the groups; and enabling. A user that
is not finished does not count as found, so that the create is taken up again where it stopped.
"""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx

from larabill_core.clock import Clock
from larabill_core.contracts.outcome import Done, Facts, Failed, Manual, Outcome, Pending, Unknown
from larabill_core.contracts.provisioner import Found, ProvisionRequest, RemoteStatus, ResourceRequest
from larabill_core.errors import Faults
from larabill_core.structure import structure
from larabill_drivers.asking import Ended, follow, look, outcome
from larabill_drivers.cloud.kasm.access import Access, check_name, plain_ref
from larabill_drivers.cloud.kasm.answers import UNFINISHED, Accepted, User
from larabill_drivers.cloud.kasm.people import person
from larabill_drivers.cloud.kasm.settings import KasmConfig, KasmSettings, KasmSpec
from larabill_drivers.cloud.kasm.users import Users, after_a_step

ENDING = timedelta(seconds=10)
"""How long to leave sessions that are being ended, and a user that is being deleted, alone."""
MOST_SESSIONS = 20
"""How many sessions are ended in one go."""


class Kasm(Access):
    """One server. It deduplicates: a second user of the same name is refused."""

    name = "kasm"
    dedupes = True

    def __init__(
        self,
        settings: KasmSettings,
        *,
        account: str,
        clock: Clock,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        super().__init__(Users(settings, clock, transport), settings.portal_url or settings.base_url)
        self.account = account
        self._plan_groups = frozenset(settings.plan_groups)

    def ref_for(self, subject_id: UUID) -> str:
        """`lb-` and the id's 32 hexadecimal digits."""
        return f"lb-{subject_id.hex}"

    @outcome
    def provision(self, request: ProvisionRequest) -> Outcome:
        groups = self._wanted(request)
        names = person(request.contact)
        if request.region:
            return Failed(reason="a user belongs to no region", code="unknown_region")
        fields = {"password": request.password.reveal(), **names}
        there = self._users.peek(request.ref) or self._made(request.ref, fields)
        if there.remote_status is RemoteStatus.SUSPENDED:
            return Manual(reason="the user is there, and disabled by somebody else")
        request.save_progress({"user": there.id})
        try:
            self._join(there, groups)
            if there.is_unfinished:  # the password too: an earlier create may have set another
                self._users.change(there.id, disabled=False, **fields)
        except Ended as end:
            return self._not_finished(request, there, end.outcome)
        return self._confirmed(there.id, request.ref, groups)

    def _made(self, ref: str, fields: dict[str, str]) -> User:
        """The new user; the one that is there already when the server refuses another of its name."""
        target = {**fields, "username": ref, "disabled": True, "organization": UNFINISHED}
        try:
            return self._users.create(target)
        except Ended as end:
            if not isinstance(end.outcome, Failed) or end.outcome.retryable:
                raise
            there = self._users.by_name(ref)
            if there is None:
                raise
            return there

    def _not_finished(self, request: ProvisionRequest, user: User, end: Outcome) -> Outcome:
        """What ends a create whose user is there. After a refusal an unfinished one is taken back."""
        if not isinstance(end, Failed):
            return end
        if end.retryable:
            return Unknown(reason=f"the user is there, and not finished: {end.reason}")
        if not user.is_unfinished:
            return Manual(reason=f"the user is there, without all groups: {end.reason}")
        try:
            self._users.tell("delete_user", user.id, force=True)
            still_there = self._users.by_id(user.id) is not None
        except Ended as problem:
            return Unknown(reason=f"{end.reason}; the unfinished user was to be deleted, but {problem}")
        if still_there:
            return Unknown(reason=f"{end.reason}; the unfinished user is being deleted")
        request.save_progress({})
        return end

    @follow
    def poll(self, handle: str, ref: str) -> Outcome:
        """The handle is `suspend:` or `delete:` and the user's id. A suspend goes on: somebody may have come back."""
        action, _, user_id = handle.partition(":")
        return self._put_out(plain_ref(user_id), ref) if action == "suspend" else self._gone(plain_ref(user_id), ref)

    @look
    def find(self, ref: str) -> Found | None:
        """The user, when it is finished: an unfinished one is no resource yet, and `provision` goes on with it."""
        user = self._users.by_name(ref)
        return None if user is None or user.is_unfinished else self._found(user)

    @look
    def list_resources(self) -> list[Found]:
        """Unfinished ones too: an order that was given up may have left them."""
        return [self._found(user) for user in self._users.all() if user.is_ours]

    @outcome
    def suspend(self, request: ResourceRequest) -> Outcome:
        user = self._standing(request)
        if not user.disabled:
            self._users.change(user.id, disabled=True)
        with after_a_step("the user is told to be disabled, but may be inside", f"suspend:{user.id}"):
            return self._put_out(user.id, request.ref)

    @outcome
    def resume(self, request: ResourceRequest) -> Outcome:
        user = self._standing(request)
        if user.disabled:
            self._users.change(user.id, disabled=False)
            with after_a_step("the user is told to be enabled"):
                if self._seen(user.id, request.ref).disabled:
                    return Unknown(reason="the user is told to be enabled, and is not")
        return Done(ref=user.id)

    @outcome
    def resize(self, request: ResourceRequest) -> Outcome:
        """The new plan's groups first, so that nobody is without any; then what other plans give is taken away."""
        wanted = self._wanted(request)
        user = self._standing(request)
        steps = [("add_user_group", group) for group in sorted(wanted - user.group_ids)]
        steps += [("remove_user_group", group) for group in sorted((user.group_ids & self._plan_groups) - wanted)]
        for done, (call, group) in enumerate(steps):
            with after_a_step("the groups are changed in part") if done else nullcontext():
                self._users.tell(call, user.id, target_group={"group_id": group})
        with after_a_step("the groups are told to be changed"):
            has = self._seen(user.id, request.ref).group_ids
        if has & self._plan_groups != wanted:
            return Unknown(reason="the groups are told to be changed, and are not")
        return Done(ref=user.id)

    @outcome
    def deprovision(self, request: ResourceRequest) -> Outcome:
        user = self._users.by_id(plain_ref(request.driver_ref))
        if user is None:
            return Done(ref=request.driver_ref)
        check_name(user, request.ref)
        try:
            self._users.tell("delete_user", user.id, force=True)
        except Ended as end:
            if isinstance(end.outcome, Failed) and not end.outcome.retryable and self._users.by_id(user.id) is None:
                return Done(ref=user.id)
            raise
        with after_a_step("the user is told to be deleted", f"delete:{user.id}"):
            return self._gone(user.id, request.ref)

    def _join(self, user: User, groups: frozenset[str]) -> None:
        for group in sorted(groups - user.group_ids):
            self._users.tell("add_user_group", user.id, target_group={"group_id": group})

    def _confirmed(self, user_id: str, ref: str, groups: frozenset[str]) -> Outcome:
        """A create is done when the server shows it: the user enabled, unmarked and in all groups."""
        with after_a_step("the user is made"):
            user = self._seen(user_id, ref)
        if user.disabled or user.organization == UNFINISHED or not groups <= user.group_ids:
            return Unknown(reason="the user is made, and not to be seen finished")
        return Done(ref=user.id, facts=self._facts(user))

    def _put_out(self, user_id: str, ref: str) -> Outcome:
        """Suspended is who is disabled and has no session open. Ending one twice does no harm."""
        user = self._seen(user_id, ref)
        if not user.disabled:
            return Unknown(reason="the user is told to be disabled, and is not")
        self._users.tell("logout_user", user.id)
        if user.kasms is None:
            return Unknown(reason="the server does not say which sessions are open")
        for session in user.kasms[:MOST_SESSIONS]:
            self._end(user.id, session.id)
        return Pending(handle=f"suspend:{user.id}", poll_after=ENDING) if user.kasms else Done(ref=user.id)

    def _end(self, user_id: str, session_id: str) -> None:
        """A refusal decides nothing: the session may have ended meanwhile. What is open is asked again."""
        try:
            self._users.ask("destroy_kasm", Accepted, user_id=user_id, kasm_id=session_id)
        except Ended as end:
            if not isinstance(end.outcome, Failed) or end.outcome.retryable:
                raise

    def _gone(self, user_id: str, ref: str) -> Outcome:
        user = self._users.by_id(user_id)
        if user is None:
            return Done(ref=user_id)
        check_name(user, ref)
        return Pending(handle=f"delete:{user_id}", poll_after=ENDING)

    def _seen(self, user_id: str, ref: str) -> User:
        """The user after something was done to it. Raises `Ended`."""
        user = self._users.by_id(user_id)
        if user is None:
            raise Ended(Manual(reason="the server has the user no more"))
        check_name(user, ref)
        return user

    def _wanted(self, request: Any) -> frozenset[str]:
        """The plan's groups. Raises `Ended` with every fault."""
        faults = Faults()
        config = structure(KasmConfig, request.config, faults, "config")
        structure(KasmSpec, request.spec, faults, "spec")
        if config is not None:
            for group in sorted(set(config.groups) - self._plan_groups):
                faults.add("config.groups", "holds a group that is not among the settings' plan_groups", value=group)
        if config is None or len(faults):
            raise Ended(Failed(reason="; ".join(map(str, faults)), code="bad_plan"))
        return frozenset(config.groups)

    def _found(self, user: User) -> Found:
        return Found(ref=user.username, driver_ref=user.id, status=user.remote_status, facts=self._facts(user))

    def _facts(self, user: User) -> Facts:
        return {"login_url": self._portal, "username": user.username}
