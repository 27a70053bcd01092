"""What of a TCAdmin panel's answers is believed, and how an account, a plan and a wish may be written."""

from __future__ import annotations

from typing import Any

import pytest

from larabill_core.errors import InvalidInput
from larabill_core.privacy import Secret
from larabill_drivers.game.tcadmin.answers import read_games, read_line
from larabill_drivers.game.tcadmin.settings import TcadminConfig, TcadminSettings, TcadminSpec


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"0\tname",
        b"ok\tname\t0\t",
        b"0\tname\tnone\t",
        b"<results><errorcode>0</errorcode></results>",
        b"\xff\xfe",
    ],
)
def test_what_is_no_line_of_the_panel_is_none(body: bytes) -> None:
    assert read_line(body) is None


def test_a_line_may_end_after_its_code() -> None:
    """So does the vendor's own module read it."""
    line = read_line("\ufeff0\ttest_user\t0\r\n".encode())
    assert line is not None
    assert (line.return_code, line.login, line.error_code) == (0, "test_user", 0)


def test_a_login_name_that_is_none_is_not_shown() -> None:
    line = read_line(b"0\tJohn Smith <john@example.com>\t0\t")
    assert line is not None
    assert line.login == ""


@pytest.mark.parametrize(
    "body",
    [
        b"<!DOCTYPE r [<!ENTITY a 'b'>]><results><errorcode>0</errorcode></results>",
        b"<results><errorcode>-1</errorcode></results>",
        b"<results></results>",
        b"<results><errorcode>0</errorcode>",
        b"0\t\t0\t",
    ],
)
def test_what_is_no_list_of_games_is_none(body: bytes) -> None:
    assert read_games(body) is None


@pytest.mark.parametrize(
    "changes", [{"rest_key": Secret("secret")}, {"rest_url": "https://panel.example.com"}, {"regions": {"fra": "a b"}}]
)
def test_bad_settings_are_refused(changes: dict[str, Any]) -> None:
    values: dict[str, Any] = {"base_url": "https://panel.example.com", "username": "a", "password": Secret("b")}
    with pytest.raises(InvalidInput):
        TcadminSettings(**{**values, **changes})


def test_bad_plans_and_wishes_are_refused_with_every_fault() -> None:
    with pytest.raises(InvalidInput) as plan:
        TcadminConfig(game=0, slots=0, cpu=-1, variables={"a": "b\n"}, choices=("c",))
    assert len(plan.value.faults) == 5
    with pytest.raises(InvalidInput) as wish:
        TcadminSpec(slots=-1, name="<b>", variables={"a b": "'"})
    assert len(wish.value.faults) == 3
