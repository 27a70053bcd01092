"""Exit codes and JSON, in our five words."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from larabill_core.contracts.metrics import Reading
from larabill_core.contracts.outcome import Done, Failed, Outcome, Pending, Unknown
from larabill_core.contracts.provisioner import Found, RemoteStatus
from larabill_core.errors import RetryLater
from larabill_core.privacy import Secret
from larabill_drivers.cloud.generic_ssh import answers
from larabill_drivers.cloud.generic_ssh.transport import Reply

REF = "lb" + "a" * 26
OK = {"status": "ok", "external_id": REF, "details": {"state": "active", "plan": "small"}}


def reply(code: int, body: Any = OK, errors: str = "") -> Reply:
    output = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Reply(code=code, output=output, errors=errors)


def ended(operation: str, code: int, body: Any = OK, errors: str = "") -> Outcome:
    return answers.outcome(operation, reply(code, body, errors), ref=REF, address="web1")


FACTS = {"address": "web1", "user_name": REF, "plan": "small"}


@pytest.mark.parametrize("code", [0, 4])
@pytest.mark.parametrize("operation", ["provision", "suspend", "resume", "resize", "deprovision"])
def test_done_and_already_are_done(operation: str, code: int) -> None:
    assert ended(operation, code) == Done(ref=REF, facts=FACTS)


def test_secrets_are_told_from_facts_by_their_names() -> None:
    details = {
        "state": "active",
        "password": "hunter22",
        "api_token": "abc",
        "port": 22,
        "backup": True,
        "Odd Name": "x",
        "deep": {},
    }
    outcome = ended("provision", 0, {**OK, "details": details})
    assert isinstance(outcome, Done)
    assert outcome.facts == {"address": "web1", "user_name": REF, "port": "22", "backup": "true"}
    assert outcome.secrets == {"password": Secret("hunter22"), "api_token": Secret("abc")}


def test_without_an_external_id_the_ref_is_the_name() -> None:
    assert ended("provision", 0, {"status": "ok"}) == Done(ref=REF, facts={"address": "web1", "user_name": REF})


@pytest.mark.parametrize(("code", "status"), [(5, "pending"), (5, "ok"), (0, "pending")])
def test_pending_keeps_what_it_waits_for(code: int, status: str) -> None:
    assert ended("suspend", code, {**OK, "status": status}) == Pending(handle=f"suspend:{REF}")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"done",
        b'{"status": "ok"',
        b"[]",
        {"status": "failed"},
        {},
        {**OK, "external_id": "a\nb"},
        {**OK, "external_id": 7},
    ],
)
@pytest.mark.parametrize("code", [0, 4, 5])
def test_exit_zero_is_not_success_until_the_body_says_so(code: int, body: Any) -> None:
    assert isinstance(ended("provision", code, body), Unknown)


def test_not_found_is_as_good_as_gone_and_nothing_else() -> None:
    assert ended("deprovision", 3) == Done()
    failed = ended("suspend", 3, {"details": {"reason": "no such account"}})
    assert failed == Failed(reason="suspend: no such account", code="not_found")


def test_temporary_may_be_tried_again() -> None:
    outcome = ended("provision", 75, b"", "locked\n")
    assert outcome == Failed(reason="provision: locked", retryable=True, code="temporary")


def test_ssh_own_exit_code_is_unknown() -> None:
    assert isinstance(ended("provision", 255), Unknown)


@pytest.mark.parametrize("code", [1, 2, 6, 64, 126, 127, 137])
def test_every_other_exit_code_is_a_failure_for_good(code: int) -> None:
    outcome = ended("provision", code, b"", "first\npassword=hunter22 wrong\n")
    assert isinstance(outcome, Failed)
    assert not outcome.retryable
    assert "hunter22" not in outcome.reason
    assert outcome.code == f"exit_{code}"


@pytest.mark.parametrize("state", list(RemoteStatus))
def test_status_says_what_stands(state: RemoteStatus) -> None:
    found = answers.found(reply(0, {**OK, "details": {"state": state.value}}), REF, "web1")
    assert found == Found(ref=REF, driver_ref=REF, status=state, facts={"address": "web1", "user_name": REF})


def test_status_pending_is_building_and_not_found_is_none() -> None:
    found = answers.found(reply(5, {"status": "pending"}), REF, "web1")
    assert found is not None
    assert found.status is RemoteStatus.BUILDING
    assert answers.found(reply(3, b""), REF, "web1") is None


@pytest.mark.parametrize(
    ("code", "body"),
    [
        (0, b""),
        (0, {"status": "ok"}),
        (0, {**OK, "details": {"state": "ACTIVE"}}),
        (0, {**OK, "external_id": "-x"}),
        (75, OK),
        (255, OK),
        (1, OK),
    ],
)
def test_every_other_answer_to_status_is_no_nothing(code: int, body: Any) -> None:
    with pytest.raises(RetryLater):
        answers.found(reply(code, body), REF, "web1")


def there(status: RemoteStatus) -> Found:
    return Found(ref=REF, driver_ref=REF, status=status)


@pytest.mark.parametrize(
    ("operation", "status", "kind"),
    [
        ("provision", RemoteStatus.BUILDING, Pending),
        ("provision", RemoteStatus.ACTIVE, Done),
        ("provision", None, Unknown),
        ("suspend", RemoteStatus.ACTIVE, Pending),
        ("suspend", RemoteStatus.SUSPENDED, Done),
        ("resume", RemoteStatus.SUSPENDED, Pending),
        ("resume", RemoteStatus.ACTIVE, Done),
        ("resize", RemoteStatus.SUSPENDED, Done),
        ("deprovision", RemoteStatus.SUSPENDED, Pending),
        ("deprovision", None, Done),
    ],
)
def test_pending_work_is_done_when_status_shows_it(operation: str, status: RemoteStatus | None, kind: type) -> None:
    outcome = answers.progress(f"{operation}:{REF}", there(status) if status else None)
    assert isinstance(outcome, kind)


def test_a_list_holds_what_carries_our_refs() -> None:
    mine = {"ref": REF, "external_id": REF, "state": "suspended"}
    assert answers.listed(reply(0, {"resources": [mine, {"ref": "root"}, "x"]})) == [there(RemoteStatus.SUSPENDED)]


@pytest.mark.parametrize(
    ("code", "body"),
    [(1, {"resources": []}), (0, {}), (0, b"x"), (0, {"resources": [{"ref": REF, "state": "up"}]})],
)
def test_half_a_list_is_no_list(code: int, body: Any) -> None:
    with pytest.raises(RetryLater):
        answers.listed(reply(code, body))


METRIC = {"metric": "disk", "value": "12.5", "unit": "GB", "kind": "gauge"}


def test_usage_is_read_without_floats() -> None:
    assert answers.readings(reply(0, {"metrics": [METRIC]})) == [
        Reading(metric="disk", value=Decimal("12.5"), unit="GB", kind="gauge")
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"value": "NaN"},
        {"value": "-1"},
        {"value": True},
        {"value": None},
        {"kind": "x"},
        {"metric": "A B"},
        {"unit": 7},
    ],
)
def test_a_metric_that_cannot_be_read_is_not_guessed(change: dict[str, Any]) -> None:
    with pytest.raises(RetryLater):
        answers.readings(reply(0, {"metrics": [{**METRIC, **change}]}))


@pytest.mark.parametrize("code", [1, 3])
def test_usage_that_fails_is_told(code: int) -> None:
    with pytest.raises(RetryLater):
        answers.readings(reply(code, {"metrics": [METRIC]}))
