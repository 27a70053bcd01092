"""How a server is made: its user, the server itself, and its build, which gives it our ref as its name.

Between the second step and the third nothing of ours stands at the server. So what the user had before is saved, and
after a lost answer the one new server that nobody has built or claimed is taken for the one that was asked for.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import attrs
import msgspec

from larabill_core.contracts.customers import Contact
from larabill_core.contracts.outcome import Done, Failed, Manual, Outcome, Unknown
from larabill_core.contracts.provisioner import ProvisionRequest
from larabill_core.privacy import Secret
from larabill_drivers.asking import Ended, outcome
from larabill_drivers.compute.virtfusion.answers import (
    ALLOCATED,
    COMPLETE,
    NewPasswordAnswer,
    OwnServer,
    OwnServers,
    Server,
    ServerAnswer,
    UserAnswer,
    explain,
    is_ours,
)
from larabill_drivers.compute.virtfusion.control import LOCKED, Control
from larabill_drivers.compute.virtfusion.settings import Wanted, wanted
from larabill_drivers.compute.virtfusion.work import Steps, Work, read_steps, work_on
from larabill_drivers.http import Answer

BUILDS = timedelta(seconds=30)
"""How often to look at a build."""
SETTLES = timedelta(minutes=3)
"""How long a create that was not answered may take until its server shows; by then other services of the same customer
have named theirs too. Before that no server is taken, and none asked for again."""
LONGEST_LINE = 100


class Creates(Control):
    """Provision, and what follows of it."""

    @outcome
    def provision(self, request: ProvisionRequest) -> Outcome:
        want = wanted(request)
        group = self._group(request.region, want)
        steps = read_steps(request.progress)
        if not steps.user:
            if request.contact is None:
                return Failed(reason="a user needs the customer's name and e-mail address", code="no_contact")
            steps = self._save(request, Steps(user=self._user(request.contact)))
        there = self._made_before(request, steps) or self._made(request, steps.user, group, want)
        return work_on(
            there,
            "build",
            os=want.os,
            hostname=want.hostname,
            ipv6=want.config.ipv6,
            vnc=want.config.vnc,
            again=want.config.rebuilds,
            login=want.config.login,
        ).pending(timedelta(0))

    def _group(self, region: str, want: Wanted) -> int:
        """The hypervisor group to make it in. Raises `Ended`."""
        group = self._settings.regions.get(region, 0) if region else want.config.group
        if not group:
            reason = f"no region {region!r} in the settings' regions" if region else "neither region nor group is given"
            raise Ended(Failed(reason=reason, code="unknown_region"))
        return group

    def _save(self, request: ProvisionRequest, steps: Steps) -> Steps:
        request.save_progress(steps.stored())
        return steps

    # The user

    def _user(self, contact: Contact) -> int:
        """The customer's user, made when there is none. Raises `Ended`."""
        relation = relation_of(contact.customer_id)
        found = self._user_by(relation)
        if found is not None:
            return found
        body = {
            "name": printable(contact.name),
            "email": contact.email,
            "relStr": relation,
            "sendMail": self._settings.send_mail,
            "selfService": 0,
        }
        answer = self._api.request("POST", "/users", json=body)
        if answer.status in (409, 422):
            found = self._user_by(relation)  # somebody has made it meanwhile
            if found is None:
                refused = self._api.refused(answer, code="user_refused")
                raise Ended(without(refused, contact))
            return found
        return self._api.read(answer, UserAnswer).data.id

    def _user_by(self, relation: str) -> int | None:
        """None on a 404 without a page of somebody else's. Which words stand in it is not known; believed too early it
        does no harm, since a second user of the same e-mail address is refused."""
        answer = self._api.request("GET", f"/users/{relation}/byExtRelation", query={"relStr": "true"})
        if answer.status == 404 and (not answer.body.strip() or self._api.says(answer, _has_words)):
            return None
        return self._api.seen(answer, UserAnswer).data.id

    # The server

    def _made_before(self, request: ProvisionRequest, steps: Steps) -> Server | None:
        """What an earlier try has made; None when it has made none. Raises `Ended`."""
        if steps.server:
            return self._still_there(request, steps)
        if not steps.asked_at:
            return None
        if self._clock.now() < datetime.fromisoformat(steps.asked_at) + SETTLES:
            raise Ended(Unknown(reason="a server was asked for, and may still show"))
        new = [each for each in self._servers_of(steps.user) if each.id not in steps.known and each.is_untouched]
        if len(new) > 1:
            ids = ", ".join(str(each.id) for each in new[:10])
            raise Ended(Manual(reason=f"one of the servers {ids} may be this service's: name it {request.ref}"))
        if new:
            there = self._server(new[0].id)
            if there is None or not there.is_untouched or there.owner_id != steps.user:
                raise Ended(Unknown(reason="the server that was new a moment ago is another's now"))
            self._save(request, msgspec.structs.replace(steps, server=there.id, uuid=there.uuid))
            return there
        return None

    def _still_there(self, request: ProvisionRequest, steps: Steps) -> Server | None:
        there = self._server(steps.server)
        if there is None:
            self._save(request, Steps(user=steps.user))
            return None
        if there.name == request.ref or (there.is_untouched and there.uuid == steps.uuid):
            return there
        if is_ours(there.name):
            self._save(request, msgspec.structs.replace(steps, server=0, uuid=""))
            raise Ended(Unknown(reason="another service has taken the server over"))
        raise Ended(Manual(reason=f"somebody has built or changed the server {there.id} of this create: look at it"))

    def _made(self, request: ProvisionRequest, user: int, group: int, want: Wanted) -> Server:
        """A new one. Raises `Ended`."""
        known = tuple(each.id for each in self._servers_of(user))
        steps = self._save(request, Steps(user=user, known=known, asked_at=self._clock.now().isoformat()))
        body = {
            "packageId": want.config.package,
            "userId": user,
            "hypervisorId": group,  # so it is called, and is the group's id
            "ipv4": want.config.ipv4,
            **want.sizes,
        }
        try:
            made = self._api.read(self._api.request("POST", "/servers", json=body), ServerAnswer).data
        except Ended as end:
            if isinstance(end.outcome, Failed):
                self._save(request, Steps(user=user))  # so nothing that comes later is taken for it
            raise
        if made.id in known or made.owner_id != user:
            raise Ended(Unknown(reason="VirtFusion answered with another server"))
        self._save(request, msgspec.structs.replace(steps, server=made.id, uuid=made.uuid))
        return made

    def _servers_of(self, user: int) -> list[OwnServer]:
        return self._api.seen(self._api.request("GET", f"/servers/user/{user}"), OwnServers).data

    # The build

    def _built(self, there: Server, work: Work, ref: str) -> Outcome:
        """How a build stands. One that has failed is asked for again, and never another server."""
        if there.suspended:
            return Manual(reason="it was suspended while it was built: look who did, then adopt it")
        if there.state == ALLOCATED:
            return self._build(there, work, ref)
        if there.tasks.active:
            return work.pending(BUILDS)
        if there.has_failed:
            return self._rebuild(there, work, ref)
        return self._finished(there, work) if there.state == COMPLETE else work.pending(BUILDS)

    def _build(self, there: Server, work: Work, ref: str) -> Outcome:
        answer = self._ask_build(there, work, ref)
        if answer.status == 423 or 200 <= answer.status < 300:
            return work.pending(LOCKED if answer.status == 423 else BUILDS)
        refused = self._api.refused(answer)
        return self._undo(there, work, refused) if isinstance(refused, Failed) else refused

    def _rebuild(self, there: Server, work: Work, ref: str) -> Outcome:
        if not work.again:
            return Manual(reason=f"the build of server {there.id} failed: see its log, rebuild it there, try again")
        answer = self._ask_build(there, work, ref)
        if answer.status == 423:
            return work.pending(LOCKED)
        if 200 <= answer.status < 300:
            return msgspec.structs.replace(work, again=work.again - 1).pending(BUILDS)
        refused = self._api.refused(answer)
        if isinstance(refused, Failed):
            return Manual(reason=f"the build failed, and cannot be repeated: {refused.reason}")
        return refused

    def _ask_build(self, there: Server, work: Work, ref: str) -> Answer:
        """The answer; a success only when it tells of this server, by our name. Raises `Ended`."""
        body = {
            "operatingSystemId": work.os,
            "name": ref,
            "hostname": work.hostname,
            "ipv6": work.ipv6,
            "vnc": work.vnc,
            "email": False,
        }
        answer = self._api.request("POST", f"/servers/{there.id}/build", json=body)
        if 200 <= answer.status < 300:
            built = self._api.read(answer, ServerAnswer).data
            if (built.id, built.name) != (there.id, ref):
                raise Ended(Unknown(reason="VirtFusion answered with another server"))
        return answer

    def _undo(self, there: Server, work: Work, refused: Failed) -> Outcome:
        """Take the server away that was just made and cannot be built: a failure leaves nothing behind."""
        answer = self._api.request("DELETE", f"/servers/{there.id}", query={"delay": "0"})
        if answer.status == 423:
            return work.pending(LOCKED)
        if not self._is_gone(answer) and not 200 <= answer.status < 300:
            return Manual(reason=f"remove the server {there.id}, which cannot be built: {refused.reason}")
        return work_on(there, "undo", reason=printable(refused.reason)).pending()

    def _finished(self, there: Server, work: Work) -> Outcome:
        """With a password, which VirtFusion makes itself. A server that gives none is finished too."""
        done = Done(ref=there.driver_ref, facts={**self._facts(there), **({"user": work.login} if work.login else {})})
        if not work.login:
            return done
        answer = self._ask_password(there, work.login)
        if answer.status == 423:
            return work.pending(LOCKED)
        if not 200 <= answer.status < 300:
            return done
        return attrs.evolve(done, secrets={"password": self._password(answer)})

    def _ask_password(self, there: Server, login: str) -> Answer:
        body = {"user": login, "sendMail": False}
        return self._api.request("POST", f"/servers/{there.id}/resetPassword", json=body)

    def _password(self, answer: Answer) -> Secret:
        return Secret(self._api.read(answer, NewPasswordAnswer).data.expected_password)


def relation_of(customer_id: Any) -> str:
    """By which VirtFusion knows a customer of ours: its "external relation", as text."""
    return f"lb-{customer_id.hex}"


def _has_words(body: Any) -> bool:
    return bool(explain(body))


def printable(text: str) -> str:
    """One line of at most 100 characters, such as VirtFusion takes for a name."""
    return "".join(filter(str.isprintable, text))[:LONGEST_LINE].strip() or "-"


def without(refused: Outcome, contact: Contact) -> Outcome:
    """Without what the customer is called and where they live in the net."""
    if not isinstance(refused, Failed):
        return refused
    reason = refused.reason
    for personal in filter(None, (contact.email, contact.name)):
        reason = reason.replace(personal, "…")
    return attrs.evolve(refused, reason=reason)
