"""The driver: requests into command lines and JSON, answers into outcomes."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from larabill_core.clock import Clock
from larabill_core.contracts.metrics import Reading
from larabill_core.contracts.outcome import Failed, Outcome, Unknown
from larabill_core.contracts.provisioner import Found, ProvisionRequest, ResourceRequest
from larabill_core.errors import InvalidInput, RetryLater
from larabill_drivers.cloud.generic_ssh import answers
from larabill_drivers.cloud.generic_ssh.commands import command_line
from larabill_drivers.cloud.generic_ssh.settings import GenericSshSettings
from larabill_drivers.cloud.generic_ssh.transport import Lost, NotSent, Reply, SshTransport


def make(settings: GenericSshSettings, *, account: str, clock: Clock) -> GenericSsh:
    """The driver that can do what there are commands for: what there is none for, its class does not have."""
    optional = {"resize": _Resizes, "list": _Lists, "usage": _Measures}
    able = tuple(kind for name, kind in optional.items() if getattr(settings.commands, name))
    built: GenericSsh = type("GenericSsh", (*able, GenericSsh), {})(settings, account=account, clock=clock)
    return built


class GenericSsh:
    """What every host can do. `dedupes`: the protocol demands "already so" for a ref that stands."""

    name = "generic_ssh"
    dedupes = True

    def __init__(self, settings: GenericSshSettings, *, account: str, clock: Clock) -> None:
        self.account = account
        self._settings = settings
        self._address = settings.address or settings.host
        self._transport = SshTransport(settings)

    def ref_for(self, subject_id: UUID) -> str:
        """`lb` and the id in base32: 28 characters that are a Linux user name, and another one for another id."""
        return "lb" + base64.b32encode(subject_id.bytes).decode("ascii").rstrip("=").lower()

    def provision(self, request: ProvisionRequest) -> Outcome:
        values = {
            "ref": request.ref,
            "user": request.ref,
            "service_id": str(request.service_id),
            "plan": request.plan_code,
            "region": request.region,
            "key": request.key,
        }
        stdin = {**values, "parameters": request.spec, "config": request.config, "password": request.password.reveal()}
        return self._act("provision", values, request.spec, stdin)

    def poll(self, handle: str, ref: str) -> Outcome:
        try:
            return answers.progress(handle, self.find(ref))
        except RetryLater as problem:
            return Unknown(reason=str(problem))

    def find(self, ref: str) -> Found | None:
        reply = self._look("status", {"ref": ref}, ref)
        return answers.found(reply, ref, self._address)

    def suspend(self, request: ResourceRequest) -> Outcome:
        return self._change("suspend", request)

    def resume(self, request: ResourceRequest) -> Outcome:
        return self._change("resume", request)

    def deprovision(self, request: ResourceRequest) -> Outcome:
        return self._change("deprovision", request)

    def _change(self, operation: str, request: ResourceRequest) -> Outcome:
        values = {
            "ref": request.ref,
            "user": request.driver_ref,
            "service_id": str(request.service_id),
            "plan": request.plan_code,
            "key": request.key,
        }
        stdin = {**values, "external_id": request.driver_ref, "parameters": request.spec, "config": request.config}
        return self._act(operation, values, request.spec, stdin)

    def _act(
        self, operation: str, values: Mapping[str, object], spec: Mapping[str, Any], stdin: Mapping[str, Any]
    ) -> Outcome:
        named = {**values, **{f"spec.{name}": value for name, value in spec.items()}}
        try:
            reply = self._run(operation, named, stdin)
        except InvalidInput as problem:
            return Failed(reason=f"{operation}: {problem}", code="bad_value")
        except NotSent as problem:
            return Failed(reason=str(problem), retryable=problem.worth_retrying, code="not_sent")
        except Lost as problem:
            return Unknown(reason=f"{operation}: {problem}")
        return answers.outcome(operation, reply, ref=str(values["ref"]), address=self._address)

    def _look(self, operation: str, values: Mapping[str, object], ref: str) -> Reply:
        """Raises `RetryLater` when there is no answer."""
        try:
            return self._run(operation, values, {"ref": ref})
        except (InvalidInput, NotSent, Lost) as problem:
            raise RetryLater(f"{operation}: {problem}") from problem

    def _run(self, operation: str, values: Mapping[str, object], stdin: Mapping[str, Any]) -> Reply:
        line = command_line(getattr(self._settings.commands, operation), values)
        body = json.dumps({"operation": operation, **stdin}, default=str, allow_nan=False)
        return self._transport.run(line, body.encode() + b"\n")


class _Resizes(GenericSsh):
    def resize(self, request: ResourceRequest) -> Outcome:
        return self._change("resize", request)


class _Lists(GenericSsh):
    def list_resources(self) -> Iterable[Found]:
        return answers.listed(self._look("list", {}, ""))


class _Measures(GenericSsh):
    def usage(self, driver_ref: str) -> list[Reading]:
        return answers.readings(self._look("usage", {"user": driver_ref}, driver_ref))
