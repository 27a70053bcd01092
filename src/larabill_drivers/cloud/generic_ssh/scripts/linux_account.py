#!/usr/bin/env python3
"""LaraBill's generic_ssh protocol for plain Linux accounts. Runs on the managed host as root; needs only Python 3.9.

    linux_account.py create|status|suspend|resume|resize|terminate|usage REF
    linux_account.py list

The request is one JSON object on stdin, the answer one on stdout. Exit codes: 0 done, 3 not found, 4 already so, 75 try
again later, 64 wrong use, 1 failed. With a forced command in authorized_keys the arguments are taken from
SSH_ORIGINAL_COMMAND, so that the key can do nothing else:

    restrict,command="/usr/local/sbin/larabill-account" ssh-ed25519 AAAA…

An account belongs to us when its GECOS field says `larabill,SERVICE_ID,PLAN`; no other account is ever touched. While
it is made, until its password is set, the field begins with `larabill-unfinished`: for all but create and terminate
such an account is not there, so that a crash in the middle is mended by the next create.
"""

from __future__ import annotations

import json
import os
import pwd
import re
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn

DONE, FAILED, NOT_FOUND, ALREADY, WRONG_USE, TEMPORARY = 0, 1, 3, 4, 64, 75
REF = re.compile(r"lb[a-z2-7]{26}")
PLAN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
SERVICE = re.compile(r"[0-9a-f-]{36}")
PASSWORD = re.compile(r"[\x21-\x7e]{8,128}")
MARK, UNFINISHED = "larabill", "larabill-unfinished"
LARGEST_REQUEST = 64 * 1024
# useradd, usermod and userdel: the files are locked, a process is left, or another create was quicker
BUSY = (1, 8, 9, 10)


class Stop(Exception):
    """Ends the program with an exit code and an answer."""

    def __init__(self, code: int, reason: str = "", **details: str) -> None:
        super().__init__(reason)
        self.code = code
        self.details = {**details, **({"reason": reason} if reason else {})}


def tool(name: str, *arguments: str, text: str | None = None, may_end_with: tuple[int, ...] = ()) -> tuple[int, str]:
    """Run a system tool by its argument vector. Stops as temporary when the account files are locked."""
    path = shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin")
    if path is None:
        raise Stop(FAILED, f"{name} is not installed")
    ended = subprocess.run([path, *arguments], input=text, capture_output=True, text=True, timeout=50, check=False)
    if ended.returncode == 0 or ended.returncode in may_end_with:
        return ended.returncode, ended.stdout
    code = TEMPORARY if ended.returncode in BUSY else FAILED
    raise Stop(code, f"{name} exits with {ended.returncode}: {(ended.stderr.strip().splitlines() or [''])[-1]}")


def account(ref: str) -> pwd.struct_passwd | None:
    """The account, finished or not, or None. Stops when one of that name is not ours."""
    try:
        found = pwd.getpwnam(ref)
    except KeyError:
        return None
    if found.pw_gecos.split(",")[0] not in (MARK, UNFINISHED):
        raise Stop(FAILED, "an account of that name is not ours")
    return found


def existing(ref: str) -> pwd.struct_passwd:
    """The finished account; stops when there is none."""
    found = account(ref)
    if found is None or is_unfinished(found):
        raise Stop(NOT_FOUND, "there is no such account")
    return found


def is_unfinished(found: pwd.struct_passwd) -> bool:
    """Whether a create did not come to its end."""
    return found.pw_gecos.startswith(UNFINISHED + ",")


def state(ref: str) -> str:
    """Suspended means both: the password is locked, and the account has expired, so that keys do not open it either."""
    fields = tool("getent", "shadow", ref)[1].strip().split(":")
    return "suspended" if fields[1].startswith("!") and fields[7] == "1" else "active"


def described(found: pwd.struct_passwd) -> dict[str, str]:
    """What `details` says of an account."""
    plan = [*found.pw_gecos.split(","), "", ""][2]
    return {"state": state(found.pw_name), "user_name": found.pw_name, "home": found.pw_dir, "plan": plan}


def end_processes(found: pwd.struct_passwd) -> None:
    """Kill what runs under the account's own user id."""
    if found.pw_uid < 1000:
        raise Stop(FAILED, "that is a system account")
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and entry.stat().st_uid == found.pw_uid:
                os.kill(int(entry.name), signal.SIGKILL)
        except OSError:
            continue


def gecos(request: dict[str, Any]) -> str:
    """What marks an account as ours: without the first word, which says whether it is finished."""
    service, plan = str(request.get("service_id", "")), str(request.get("plan", ""))
    if not SERVICE.fullmatch(service) or not PLAN.fullmatch(plan):
        raise Stop(WRONG_USE, "service_id or plan is missing or malformed")
    return f",{service},{plan}"


def create(ref: str, request: dict[str, Any]) -> NoReturn:
    """Make the account, or finish what a crash has left. The password of a finished one is the customer's."""
    password = str(request.get("password", ""))
    if not PASSWORD.fullmatch(password):
        raise Stop(WRONG_USE, "password is missing or malformed")
    mark = gecos(request)
    found = account(ref)
    if found is not None and found.pw_gecos.split(",")[1] != mark.split(",")[1]:
        raise Stop(FAILED, "that account belongs to another service")
    if found is not None and not is_unfinished(found):
        raise Stop(ALREADY, **described(found))
    if found is None:
        tool("useradd", "--create-home", "--shell", "/bin/bash", "--comment", UNFINISHED + mark, "--", ref)
    tool("chpasswd", text=f"{ref}:{password}\n")
    tool("usermod", "--comment", MARK + mark, "--", ref)
    raise Stop(DONE, **described(existing(ref)))


def status(ref: str, request: dict[str, Any]) -> NoReturn:
    """What stands."""
    raise Stop(DONE, **described(existing(ref)))


def suspend(ref: str, request: dict[str, Any]) -> NoReturn:
    """Lock and expire the account, and end what it runs."""
    found = existing(ref)
    code = ALREADY if state(ref) == "suspended" else DONE
    if code == DONE:
        tool("usermod", "--lock", "--expiredate", "1", "--", ref)
    end_processes(found)
    raise Stop(code, **described(existing(ref)))


def resume(ref: str, request: dict[str, Any]) -> NoReturn:
    """Unlock the account."""
    existing(ref)
    code = ALREADY if state(ref) == "active" else DONE
    if code == DONE:
        tool("usermod", "--unlock", "--expiredate", "", "--", ref)
    raise Stop(code, **described(existing(ref)))


def resize(ref: str, request: dict[str, Any]) -> NoReturn:
    """Note the new plan; quotas are the host's own business."""
    existing(ref)
    tool("usermod", "--comment", MARK + gecos(request), "--", ref)
    raise Stop(DONE, **described(existing(ref)))


def terminate(ref: str, request: dict[str, Any]) -> NoReturn:
    """Remove the account, finished or not, with all its data."""
    found = account(ref)
    if found is None:
        raise Stop(NOT_FOUND, "there is no such account")
    tool("usermod", "--lock", "--expiredate", "1", "--", ref)
    end_processes(found)
    tool("userdel", "--remove", "--", ref, may_end_with=(6, 12))
    if Path(found.pw_dir).exists() and Path(found.pw_dir).name == ref:
        shutil.rmtree(found.pw_dir)
    raise Stop(DONE, state="gone")


def usage(ref: str, request: dict[str, Any]) -> NoReturn:
    """Disk use of the home directory, in bytes."""
    size = tool("du", "--summarize", "--bytes", "--", existing(ref).pw_dir)[1].split()[0]
    answer({"status": "ok", "metrics": [{"metric": "disk", "value": size, "unit": "bytes", "kind": "gauge"}]})
    raise SystemExit(DONE)


def listing() -> NoReturn:
    """All accounts of ours."""
    ours = [found for found in pwd.getpwall() if found.pw_gecos.split(",")[0] == MARK and REF.fullmatch(found.pw_name)]
    resources = [{"ref": a.pw_name, "external_id": a.pw_name, "state": state(a.pw_name)} for a in ours]
    answer({"status": "ok", "resources": resources})
    raise SystemExit(DONE)


OPERATIONS = {
    operation.__name__: operation for operation in (create, status, suspend, resume, resize, terminate, usage)
}


def answer(body: dict[str, Any]) -> None:
    """The one JSON object on stdout."""
    sys.stdout.write(json.dumps(body) + "\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    """Carry out one request; the exit code."""
    ref = ""
    try:
        if arguments == ["list"]:
            listing()
        if len(arguments) != 2 or arguments[0] not in OPERATIONS or not REF.fullmatch(arguments[1]):
            raise Stop(WRONG_USE, "use: create|status|suspend|resume|resize|terminate|usage REF, or: list")
        ref = arguments[1]
        text = sys.stdin.read(LARGEST_REQUEST)
        request = json.loads(text) if text.strip() else {}
        if not isinstance(request, dict) or request.get("ref", ref) != ref:
            raise Stop(WRONG_USE, "the request on stdin is for another ref")
        OPERATIONS[arguments[0]](ref, request)
    except Stop as end:
        good = end.code in (DONE, ALREADY)
        answer({"status": "ok" if good else "failed", "external_id": ref, "details": end.details})
        return end.code
    except ValueError:
        answer({"status": "failed", "details": {"reason": "the request on stdin is no JSON"}})
        return WRONG_USE
    except subprocess.TimeoutExpired:
        answer({"status": "failed", "details": {"reason": "a system tool takes too long"}})
        return TEMPORARY


def asked() -> list[str]:
    """The arguments: our own, or under a forced command what the client has sent."""
    sent = os.environ.get("SSH_ORIGINAL_COMMAND")
    return shlex.split(sent)[1:] if sent is not None and len(sys.argv) == 1 else sys.argv[1:]


if __name__ == "__main__":
    sys.exit(main(asked()))
