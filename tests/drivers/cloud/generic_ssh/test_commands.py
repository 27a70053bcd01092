"""Nothing that comes from outside reaches a shell unchecked or unquoted (B43)."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from larabill_core.errors import Faults, InvalidInput
from larabill_core.structure import structure
from larabill_drivers.cloud.generic_ssh.commands import Commands, command_line

REF = "lb" + "a" * 26
PLAIN: dict[str, Any] = {
    "provision": ["/bin/tool", "create", "{ref}"],
    "status": ["/bin/tool", "status", "{ref}"],
    "suspend": ["/bin/tool", "suspend", "{ref}"],
    "resume": ["/bin/tool", "resume", "{ref}"],
    "deprovision": ["/bin/tool", "terminate", "{ref}"],
}
ATTACKS = [
    "a;id",
    "$(id)",
    "`id`",
    "a\nb",
    "-oProxyCommand=x",
    "--",
    "-",
    "*",
    "~",
    "a\0b",
    "a'b",
    'a"b',
    "a b",
    "a" * 100_000,
    "\u0430dmin",
    "\u00a0",
    "a|b",
    "a&b",
    "../etc",
    "a/../b",
    "a>b",
    "#",
    "!x",
    "%n",
    "\\",
    "",
    "a\u2028b",
    "\u0661",
]


def faults_of(**changes: Any) -> str:
    faults = Faults()
    structure(Commands, {**PLAIN, **changes}, faults, "commands")
    return "\n".join(map(str, faults))


def test_plain_commands_are_taken() -> None:
    assert faults_of() == ""
    assert faults_of(list=["/bin/tool", "list"], usage=["/bin/tool", "usage", "{user}"]) == ""
    assert faults_of(provision=["/bin/tool", "--plan={plan}", "--domain={spec.domain}", "--", "{ref}"]) == ""


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"status": []}, "commands.status: is empty"),
        ({"status": ["{ref}"]}, "commands.status[0]: is the program"),
        ({"status": ["-tool"]}, "commands.status[0]: is the program"),
        ({"status": ["tool", "{plan}"]}, "commands.status[1]: {plan} is not known to this operation"),
        ({"list": ["tool", "{ref}"]}, "{ref} is not known"),
        ({"usage": ["tool", "{ref}"]}, "{ref} is not known"),
        ({"suspend": ["tool", "{region}"]}, "{region} is not known"),
        ({"provision": ["tool", "{password}"]}, "{password} is not known"),
        ({"provision": ["tool", "{spec.Domain}"]}, "is not known"),
        ({"provision": ["tool", "{}"]}, "is not known"),
        ({"provision": ["tool", "{ref"]}, "brace"),
        ({"provision": ["tool", "a\nb"]}, "line breaks"),
        ({"provision": ["tool", ""]}, "characters"),
        ({"provision": ["tool"] * 101}, "more than 100"),
        ({"provision": "tool create"}, "must be a list"),
        ({"destroy": ["tool"]}, "is not known"),
    ],
)
def test_a_bad_vector_is_refused_when_it_is_set(changes: dict[str, Any], problem: str) -> None:
    assert problem in faults_of(**changes)


def test_all_faults_are_told_at_once() -> None:
    assert len(faults_of(status=[], suspend=["{ref}"], resume=["tool", "{x}"]).splitlines()) == 3


@pytest.mark.parametrize("field", ["ref", "user", "service_id", "plan", "region", "key", "spec.domain"])
@pytest.mark.parametrize("value", ATTACKS)
def test_an_attack_is_refused_in_every_field(field: str, value: str) -> None:
    with pytest.raises(InvalidInput) as problem:
        command_line(("tool", f"--x={{{field}}}"), {field: value})
    assert problem.value.faults[0].path == field
    assert len(str(problem.value)) < 500


@pytest.mark.parametrize("value", [None, 1.5, ["a"], {"a": 1}, object()])
def test_what_is_neither_text_nor_number_has_no_form(value: object) -> None:
    with pytest.raises(InvalidInput):
        command_line(("tool", "{spec.x}"), {"spec.x": value})


@pytest.mark.parametrize(("value", "text"), [(True, "true"), (False, "false"), (10, "10"), ("a.example", "a.example")])
def test_text_numbers_and_booleans_have_one(value: object, text: str) -> None:
    assert command_line(("tool", "{spec.x}"), {"spec.x": value}) == f"tool {text}"


def test_every_missing_value_is_named() -> None:
    with pytest.raises(InvalidInput) as problem:
        command_line(("tool", "{plan}", "{region}", "{plan}"), {})
    assert [fault.path for fault in problem.value.faults] == ["plan", "region"]


@given(st.text(max_size=40), st.sampled_from(["ref", "user", "plan", "region", "key", "spec.domain"]))
def test_whatever_is_let_through_is_one_argument(value: str, field: str) -> None:
    try:
        line = command_line(("tool", f"{{{field}}}"), {field: value})
    except InvalidInput:
        return
    assert line == f"tool {value}", "what is let through needs no quotes at all"


@given(
    st.lists(st.text(st.characters(min_codepoint=32, exclude_characters="{}", exclude_categories=["Cs"]), min_size=1))
)
def test_the_operators_own_words_reach_the_program_as_they_are(words: list[str]) -> None:
    vector = ("tool", *words, "{ref}")
    assert shlex.split(command_line(vector, {"ref": REF})) == ["tool", *words, REF]


def test_a_real_shell_sees_words_and_runs_nothing(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    words = [f"$(touch {canary})", f"`touch {canary}`", f"; touch {canary}", "a'b\"c", "*", "~", "$HOME", "\\n"]
    line = command_line(("printf", "%s\\n", *words, "{ref}"), {"ref": REF})
    shown = subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert shown.stdout.splitlines() == [*words, REF]
    assert not canary.exists()
