"""Real accounts on this machine, over a real OpenSSH server: useradd, suspend, resume, userdel."""

from __future__ import annotations

import json
import os
import pwd
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("paramiko")

from tests.drivers.asking import NOW, provision_request, resource_request
from tests.drivers.cloud.generic_ssh.sshd import need_sshd, running_sshd

import larabill_drivers.cloud.generic_ssh.scripts.linux_account as script
from larabill_core.contracts.outcome import Done, Failed
from larabill_core.contracts.provisioner import RemoteStatus
from larabill_core.ids import new_id
from larabill_core.testing.clock import ManualClock
from larabill_drivers.cloud.generic_ssh.driver import make

pytestmark = pytest.mark.xdist_group("linux accounts")


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with running_sshd(tmp_path_factory.mktemp("sshd")) as settings:
        yield make(settings, account="web1", clock=ManualClock(NOW))


@pytest.fixture
def service() -> Iterator[Any]:
    """A service of this test only; its account is removed whatever happens."""
    id = new_id()
    yield id
    run("terminate", ref_of(id))


def ref_of(id: Any) -> str:
    import base64

    return "lb" + base64.b32encode(id.bytes).decode().rstrip("=").lower()


def run(*arguments: str, **request: Any) -> tuple[int, dict[str, Any]]:
    """The script as it runs on the host, without SSH."""
    need_sshd()
    environment = {name: value for name, value in os.environ.items() if name != "SSH_ORIGINAL_COMMAND"}
    ended = subprocess.run(
        [sys.executable, script.__file__, *arguments],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    return ended.returncode, json.loads(ended.stdout)


def create(id: Any, **changes: Any) -> tuple[int, dict[str, Any]]:
    request = {"service_id": str(id), "plan": "small", "password": "first-Passw0rd", **changes}
    return run("create", ref_of(id), **request)


def shadow(ref: str) -> list[str]:
    lines = Path("/etc/shadow").read_text().splitlines()
    return next(line for line in lines if line.startswith(f"{ref}:")).split(":")


def test_the_whole_life_of_a_real_account(driver: Any, service: Any) -> None:
    ref = driver.ref_for(service)
    assert driver.find(ref) is None
    request = provision_request(ref, service_id=service)
    done = driver.provision(request)
    assert isinstance(done, Done), done
    account = pwd.getpwnam(ref)
    assert done.facts["user_name"] == ref
    assert done.facts["home"] == account.pw_dir
    assert account.pw_gecos == f"larabill,{service},small"
    first = shadow(ref)[1]
    assert first.startswith("$"), "the password is set, and hashed"
    assert isinstance(driver.provision(request), Done), "a repeat is as good as once"
    assert shadow(ref)[1] == first, "a repeat does not touch the password"

    running = subprocess.Popen(["/usr/bin/setpriv", "--reuid", ref, "--clear-groups", "sleep", "600"])
    wanted = resource_request(ref, ref, service_id=service)
    for _ in range(2):
        assert isinstance(driver.suspend(wanted), Done)
        assert driver.find(ref).status is RemoteStatus.SUSPENDED
    assert shadow(ref)[1] == f"!{first}"
    assert shadow(ref)[7] == "1"
    assert running.wait(timeout=20) == -9, "what it runs is ended"

    for _ in range(2):
        assert isinstance(driver.resume(wanted), Done)
        assert driver.find(ref).status is RemoteStatus.ACTIVE
    assert shadow(ref)[1] == first

    assert isinstance(driver.resize(resource_request(ref, ref, service_id=service, plan="large")), Done)
    assert driver.find(ref).facts["plan"] == "large"
    assert driver.usage(ref)[0].value > 0
    assert ref in [found.ref for found in driver.list_resources()]

    for _ in range(2):
        assert isinstance(driver.deprovision(wanted), Done)
    assert driver.find(ref) is None
    assert not Path(account.pw_dir).exists()
    with pytest.raises(KeyError):
        pwd.getpwnam(ref)


def test_what_is_not_there_cannot_be_suspended(driver: Any) -> None:
    ref = driver.ref_for(new_id())
    outcome = driver.suspend(resource_request(ref, ref))
    assert isinstance(outcome, Failed)
    assert outcome.code == "not_found"


def test_a_create_that_was_killed_in_the_middle_is_finished_by_the_next(driver: Any, service: Any) -> None:
    ref = driver.ref_for(service)
    mark = f"larabill-unfinished,{service},small"
    subprocess.run(["/usr/sbin/useradd", "--create-home", "--comment", mark, "--", ref], check=True)
    assert driver.find(ref) is None, "or the service would run with a password that nobody has"
    assert ref not in [found.ref for found in driver.list_resources()]
    assert isinstance(driver.provision(provision_request(ref, service_id=service)), Done)
    assert shadow(ref)[1].startswith("$")
    assert driver.find(ref).status is RemoteStatus.ACTIVE


def test_with_a_forced_command_the_key_can_do_nothing_else(tmp_path: Path, service: Any) -> None:
    with running_sshd(tmp_path, forced=True) as settings:
        driver = make(settings, account="web1", clock=ManualClock(NOW))
        ref = driver.ref_for(service)
        assert isinstance(driver.provision(provision_request(ref, service_id=service)), Done)
        found = driver.find(ref)
        assert found is not None
        assert found.status is RemoteStatus.ACTIVE
        reply = driver._transport.run(f"touch {tmp_path / 'canary'}", b"")
        assert reply.code == script.WRONG_USE
        assert not (tmp_path / "canary").exists()


def test_an_account_that_is_not_ours_is_never_touched(service: Any) -> None:
    ref = ref_of(service)
    need_sshd()
    subprocess.run(["/usr/sbin/useradd", "--comment", "a person", "--", ref], check=True)
    try:
        for operation in ("create", "status", "suspend", "resume", "resize", "terminate", "usage"):
            code, answer = run(operation, ref, service_id=str(service), plan="small", password="first-Passw0rd")
            assert (code, answer["details"]["reason"]) == (1, "an account of that name is not ours")
        assert pwd.getpwnam(ref).pw_gecos == "a person"
    finally:
        subprocess.run(["/usr/sbin/userdel", "--", ref], check=True)


def test_an_account_of_another_service_is_refused(service: Any) -> None:
    assert create(service)[0] == 0
    code, answer = create(service, service_id=str(new_id()))
    assert (code, answer["details"]["reason"]) == (1, "that account belongs to another service")


@pytest.mark.parametrize(
    ("arguments", "request_", "code"),
    [
        ([], {}, 64),
        (["create"], {}, 64),
        (["destroy", "lb" + "a" * 26], {}, 64),
        (["status", "root"], {}, 64),
        (["status", "lb" + "a" * 26], {}, 3),
        (["status", "lb" + "a" * 26], {"ref": "lb" + "b" * 26}, 64),
        (["create", "lb" + "a" * 26], {"password": "short"}, 64),
        (["create", "lb" + "a" * 26], {"password": "good-enough:\nroot:x"}, 64),
        (["create", "lb" + "a" * 26], {"password": "first-Passw0rd"}, 64),
        (["create", "lb" + "a" * 26], {"password": "first-Passw0rd", "service_id": str(NOW), "plan": "x,y"}, 64),
    ],
)
def test_wrong_use_changes_nothing(arguments: list[str], request_: dict[str, Any], code: int) -> None:
    assert run(*arguments, **request_)[0] == code
    with pytest.raises(KeyError):
        pwd.getpwnam("lb" + "a" * 26)


def test_what_is_no_json_is_wrong_use() -> None:
    need_sshd()
    arguments = [sys.executable, script.__file__, "status", "lb" + "a" * 26]
    ended = subprocess.run(arguments, input="{", capture_output=True, text=True, check=False)
    assert ended.returncode == 64
