"""What a driver answers is believed only after a look (B50, B51)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import attrs
import pytest

from larabill_core.calls.guard import (
    LONGEST_REASON,
    LONGEST_WAIT,
    checked,
    checked_found,
    checked_listing,
    checked_transaction,
    guarded,
)
from larabill_core.contracts.gateway import GatewayTransaction
from larabill_core.contracts.outcome import Done, Failed, Manual, Pending, Unknown
from larabill_core.contracts.provisioner import Found, RemoteStatus
from larabill_core.errors import LeaseLost, RetryLater
from larabill_core.privacy import Secret

GOOD: Any = Done(ref="vm-1", facts={"address": "192.0.2.1"}, secrets={"password": Secret("hunter22")})
FOUND: Any = Found(ref="lb-1", driver_ref="vm-1", status=RemoteStatus.ACTIVE)
TRANSACTION: Any = GatewayTransaction(
    kind="payment", ref="lb_1", transaction="txn_1", state="captured", amount=Decimal("1.00"), currency="EUR"
)


def leave(problem: BaseException) -> Callable[[], object]:
    def ask() -> object:
        raise problem

    return ask


@pytest.mark.parametrize(
    "outcome",
    [
        GOOD,
        Done(),
        Pending(handle="task 7"),
        Failed(reason="declined", code="no"),
        Unknown(reason="x"),
        Manual(reason="y"),
    ],
)
def test_a_sound_outcome_is_left_as_it_is(outcome: Any) -> None:
    assert checked(outcome) == outcome


@pytest.mark.parametrize("answer", [None, "ACTIVE", True, {"status": "done"}, Done, object()])
def test_what_is_no_outcome_is_unknown(answer: object) -> None:
    assert isinstance(checked(answer), Unknown)


@pytest.mark.parametrize(
    "answer",
    [
        attrs.evolve(GOOD, ref="x" * 10_000_000),
        attrs.evolve(GOOD, ref="vm-1\nvm-2"),
        attrs.evolve(GOOD, ref="vm\x00"),
        attrs.evolve(GOOD, ref=""),
        attrs.evolve(GOOD, ref=7),
        attrs.evolve(GOOD, facts={"password": "hunter22"}),
        attrs.evolve(GOOD, facts={"address": Secret("hunter22")}),
        attrs.evolve(GOOD, facts={"address": 7}),
        attrs.evolve(GOOD, facts={"address": "x" * 3_000}),
        attrs.evolve(GOOD, facts={"a\nb": "x"}),
        attrs.evolve(GOOD, facts={str(n): "x" for n in range(51)}),
        attrs.evolve(GOOD, facts=["address"]),
        attrs.evolve(GOOD, secrets={"password": "hunter22"}),
        attrs.evolve(GOOD, secrets={"password": Secret("")}),
        attrs.evolve(GOOD, secrets=None),
    ],
)
def test_done_with_what_cannot_be_stored_goes_to_a_person(answer: Done) -> None:
    outcome = checked(answer)
    assert isinstance(outcome, Manual)
    assert len(outcome.reason) < 200
    assert "hunter22" not in outcome.reason


@pytest.mark.parametrize("handle", ["", "a\nb", "x" * 501, None])
def test_pending_without_a_usable_handle_is_unknown(handle: Any) -> None:
    assert isinstance(checked(Pending(handle=handle)), Unknown)


def test_failed_that_does_not_say_whether_to_try_again_is_unknown() -> None:
    assert isinstance(checked(Failed(reason="no", retryable=1)), Unknown)  # type: ignore[arg-type]


def test_a_reason_is_redacted_and_cut_and_on_one_line() -> None:
    outcome = checked(Failed(reason="password=hunter22\nsecond line " + "x" * 5_000, code="c" * 200))
    assert isinstance(outcome, Failed)
    assert "hunter22" not in outcome.reason
    assert "\n" not in outcome.reason
    assert len(outcome.reason) == LONGEST_REASON
    assert len(outcome.code) == 100


def test_a_reason_that_is_no_text_is_left_out() -> None:
    assert checked(Unknown(reason=object())) == Unknown(reason="no reason given")  # type: ignore[arg-type]


def test_a_wait_is_at_most_a_day_and_never_negative() -> None:
    assert checked(Pending(handle="t", poll_after=timedelta(days=900))) == Pending(handle="t", poll_after=LONGEST_WAIT)
    assert checked(Failed(reason="busy", retryable=True, retry_after=timedelta(-1))) == Failed(
        reason="busy", retryable=True
    )


class Rude(BaseException):
    """Neither Exception nor SystemExit."""


@pytest.mark.parametrize(
    "problem", [ValueError("password=hunter22"), SystemExit(3), Rude(), RecursionError(), MemoryError()]
)
def test_a_driver_that_raises_ends_in_unknown_and_not_the_worker(problem: BaseException) -> None:
    outcome = guarded(leave(problem))
    assert isinstance(outcome, Unknown)
    assert "hunter22" not in outcome.reason


@pytest.mark.parametrize("problem", [KeyboardInterrupt(), GeneratorExit(), LeaseLost("job")])
def test_what_is_meant_for_the_worker_passes(problem: BaseException) -> None:
    with pytest.raises(type(problem)):
        guarded(leave(problem))


def test_retry_later_is_unknown_because_it_may_have_been_sent() -> None:
    assert guarded(leave(RetryLater("busy"))) == Unknown(reason="busy")


def test_a_sound_find_is_left_as_it_is() -> None:
    assert checked_found(FOUND, "lb-1") == FOUND
    assert checked_found(None, "lb-1") is None


@pytest.mark.parametrize(
    "found",
    [
        attrs.evolve(FOUND, ref="lb-2"),
        attrs.evolve(FOUND, status="ACTIVE"),
        attrs.evolve(FOUND, driver_ref="x\n"),
        attrs.evolve(FOUND, facts={"token": "x"}),
        {"ref": "lb-1"},
        False,
    ],
)
def test_a_find_that_cannot_be_believed_is_no_nothing(found: object) -> None:
    with pytest.raises(RetryLater):
        checked_found(found, "lb-1")


def test_a_listing_is_looked_at_one_by_one() -> None:
    assert list(checked_listing([FOUND])) == [FOUND]
    with pytest.raises(RetryLater):
        list(checked_listing([FOUND, "vm-2"]))


def test_a_listing_without_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("larabill_core.calls.guard.MOST_LISTED", 3)
    with pytest.raises(RetryLater, match="more than 3"):
        list(checked_listing(FOUND for _ in iter(int, 1)))


def test_a_sound_transaction_is_left_as_it_is() -> None:
    assert checked_transaction(TRANSACTION, "lb_1") == TRANSACTION
    assert checked_transaction(None, "lb_1") is None


@pytest.mark.parametrize(
    "found",
    [
        attrs.evolve(TRANSACTION, ref="lb_2"),
        attrs.evolve(TRANSACTION, kind="gift"),
        attrs.evolve(TRANSACTION, amount=Decimal("-1")),
        attrs.evolve(TRANSACTION, amount=Decimal("NaN")),
        attrs.evolve(TRANSACTION, amount=1.0),
        attrs.evolve(TRANSACTION, transaction="x" * 300),
        "txn_1",
    ],
)
def test_a_transaction_that_cannot_be_believed_is_no_nothing(found: object) -> None:
    with pytest.raises(RetryLater):
        checked_transaction(found, "lb_1")
