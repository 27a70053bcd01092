"""VIES says yes, no, or nothing; and nothing is never no (I10)."""

from __future__ import annotations

import pytest
from tests.drivers.asking import NOW

from larabill_core.contracts.provider import capabilities
from larabill_core.contracts.tax import TaxIdQuestion
from larabill_core.errors import RetryLater
from larabill_core.testing.clock import ManualClock
from larabill_drivers.fit import misfits
from larabill_drivers.registry import load_infos
from larabill_drivers.services.fake_vies import FakeVies
from larabill_drivers.services.vies import Vies, ViesSettings

QUESTION = TaxIdQuestion(prefix="FR", number="40303265045", asked_by="DE136695976")


def driver(world: FakeVies) -> Vies:
    return Vies(ViesSettings(), account="vies", clock=ManualClock(NOW), transport=world.transport)


def test_a_known_id_is_valid_and_the_answer_is_proof() -> None:
    world = FakeVies("FR40303265045")
    answer = driver(world).check_tax_id(QUESTION)
    assert (answer.valid, answer.consultation) == (True, "WAPIAAAA00000001")
    assert world.asked == [
        {
            "countryCode": "FR",
            "vatNumber": "40303265045",
            "requesterMemberStateCode": "DE",
            "requesterNumber": "136695976",
        }
    ]


def test_an_unknown_id_is_invalid() -> None:
    answer = driver(FakeVies()).check_tax_id(QUESTION)
    assert (answer.valid, answer.consultation) == (False, "WAPIAAAA00000001")


def test_without_an_own_id_the_answer_is_no_proof() -> None:
    question = TaxIdQuestion(prefix="FR", number="40303265045")
    answer = driver(FakeVies("FR40303265045")).check_tax_id(question)
    assert (answer.valid, answer.consultation) == (True, "")


@pytest.mark.parametrize(
    "said",
    [
        "MS_UNAVAILABLE",
        "TIMEOUT",
        "MS_MAX_CONCURRENT_REQ",
        "INVALID_REQUESTER_INFO",
        "silence",
        "garbage",
        429,
        500,
        503,
    ],
)
def test_what_is_neither_yes_nor_no_is_asked_again(said: str | int) -> None:
    world = FakeVies("FR40303265045")
    world.script = [said]
    vies = driver(world)
    with pytest.raises(RetryLater) as caught:
        vies.check_tax_id(QUESTION)
    assert "VIES" in caught.value.reason
    assert "40303265045" not in caught.value.reason
    assert vies.check_tax_id(QUESTION).valid


@pytest.mark.parametrize(
    "answer",
    [
        {"valid": False, "userError": "MS_UNAVAILABLE", "countryCode": "FR", "vatNumber": "40303265045"},
        {"valid": "true", "countryCode": "FR", "vatNumber": "40303265045"},
        {"countryCode": "FR", "vatNumber": "40303265045"},
        {"valid": True, "countryCode": "DE", "vatNumber": "40303265045"},
        {"valid": True, "countryCode": "FR", "vatNumber": "1"},
        {"valid": False, "errorWrappers": ["x"], "countryCode": "FR", "vatNumber": "40303265045"},
    ],
)
def test_a_body_that_is_not_plain_is_no_answer(answer: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> None:
    world = FakeVies()
    monkeypatch.setattr(world, "_truth", lambda question: answer)
    with pytest.raises(RetryLater):
        driver(world).check_tax_id(QUESTION)


def test_it_comes_in_by_the_same_door_as_all_drivers() -> None:
    info = load_infos()["vies"]
    vies = driver(FakeVies())
    assert capabilities(vies) == {"tax_ids"}
    assert [*misfits(vies, info, "vies")] == []
