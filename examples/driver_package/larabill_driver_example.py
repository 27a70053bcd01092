"""A driver whose provider is a folder: each resource is a JSON file in it. Read it as the smallest honest driver."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

import attrs

from larabill_core.clock import Clock
from larabill_core.contracts.outcome import Done, Failed, Outcome
from larabill_core.contracts.provider import DriverInfo, DriverType
from larabill_core.contracts.provisioner import Found, ProvisionRequest, RemoteStatus, ResourceRequest
from larabill_core.errors import InvalidInput, RetryLater
from larabill_drivers.hookspecs import hookimpl


@attrs.frozen(kw_only=True)
class FolderSettings:
    """The keys of the manifest's table. `folder` must exist; `plans` are the plans that the provider has."""

    folder: Path
    plans: tuple[str, ...] = ("small", "large")

    def __attrs_post_init__(self) -> None:
        if not self.plans:
            raise InvalidInput.one("plans", "is empty", remedy="name at least one plan")


@hookimpl
def larabill_drivers() -> DriverInfo:
    """Announce the driver. It is imported and built when an account of it is used for the first time."""
    return DriverInfo(
        name="folder",
        type=DriverType.CLOUD,
        settings_class=FolderSettings,
        target="larabill_driver_example:FolderDriver",
    )


class FolderDriver:
    """Has what the provider has: provision, find, suspend, resume, deprovision, list; no resize, no webhooks."""

    name = "folder"
    dedupes = True  # a file of one name exists once, so a create that is sent twice makes one resource

    def __init__(self, settings: FolderSettings, *, account: str, clock: Clock) -> None:
        self.account = account
        self._settings = settings

    def ref_for(self, subject_id: UUID) -> str:
        """The same for ever, different for every service, and in the provider's alphabet: here a file name."""
        return f"lb-{subject_id.hex}"

    def provision(self, request: ProvisionRequest) -> Outcome:
        if request.plan_code not in self._settings.plans:
            return Failed(reason=f"there is no plan {request.plan_code!r}", code="unknown_plan")
        resource = {"plan": request.plan_code, "status": RemoteStatus.ACTIVE.value}
        try:
            with self._file(request.ref).open("x", encoding="utf-8") as file:
                json.dump(resource, file)
        except FileExistsError:
            pass  # made by an earlier try whose answer was lost: as good as made now
        except OSError as problem:
            return Failed(reason=f"the folder takes no file: {problem.strerror}", retryable=True)
        return Done(ref=request.ref, facts={"path": str(self._file(request.ref))})

    def find(self, ref: str) -> Found | None:
        try:
            resource = json.loads(self._file(ref).read_text("utf-8"))
        except FileNotFoundError:
            if self._settings.folder.is_dir():
                return None
            raise RetryLater("the folder is not there, so nobody knows what is in it") from None
        except (OSError, ValueError) as problem:
            raise RetryLater(f"the file cannot be read: {type(problem).__name__}") from problem
        return Found(ref=ref, driver_ref=ref, status=RemoteStatus(resource["status"]))

    def suspend(self, request: ResourceRequest) -> Outcome:
        return self._set(request, RemoteStatus.SUSPENDED)

    def resume(self, request: ResourceRequest) -> Outcome:
        return self._set(request, RemoteStatus.ACTIVE)

    def deprovision(self, request: ResourceRequest) -> Outcome:
        self._file(request.driver_ref).unlink(missing_ok=True)
        return Done(ref=request.driver_ref)

    def list_resources(self) -> Iterable[Found]:
        for file in sorted(self._settings.folder.glob("lb-*.json")):
            found = self.find(file.stem)
            if found is not None:
                yield found

    def _set(self, request: ResourceRequest, status: RemoteStatus) -> Outcome:
        if self.find(request.driver_ref) is None:
            return Failed(reason="there is no such resource", code="not_found")
        text = json.dumps({"plan": request.plan_code, "status": status.value})
        self._file(request.driver_ref).write_text(text, "utf-8")
        return Done(ref=request.driver_ref)

    def _file(self, ref: str) -> Path:
        return self._settings.folder / f"{ref}.json"
