"""What a person gets wrong is told in words, with an exit code, and never as a traceback."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from larabill_cli.main import COMMANDS, main


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments), catch_exceptions=False)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with what `init` writes."""
    monkeypatch.chdir(tmp_path)
    assert run("init").exit_code == 0
    return tmp_path


def test_init_writes_three_files_and_the_keys_are_private(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == ["catalog.toml", "larabill.keys", "larabill.toml"]
    assert stat.S_IMODE((folder / "larabill.keys").stat().st_mode) == 0o600


def test_init_never_overwrites_and_names_all_that_is_there(folder: Path) -> None:
    before = {path: path.read_bytes() for path in folder.iterdir()}
    result = run("init")
    assert result.exit_code == 2
    for name in ("larabill.toml", "catalog.toml", "larabill.keys"):
        assert f"{name}: exists already" in result.stderr
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_init_writes_nothing_when_one_file_is_there(tmp_path: Path) -> None:
    (tmp_path / "catalog.toml").write_text("mine")
    assert run("init", str(tmp_path)).exit_code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["catalog.toml"]


def test_init_does_not_follow_a_link_laid_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "larabill.keys").symlink_to(tmp_path / "elsewhere")
    assert run("init", str(tmp_path)).exit_code == 2
    assert not (tmp_path / "elsewhere").exists()


def test_missing_manifest_is_named_with_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("jobs", "list")
    assert result.exit_code == 2
    assert "larabill.toml: does not exist" in result.stderr
    assert "larabill init" in result.stderr


def test_all_faults_of_a_manifest_are_told_at_once(folder: Path) -> None:
    manifest = folder / "larabill.toml"
    text = manifest.read_text()
    text = text.replace('database = "sqlite:///larabill.db"', 'database = "nowhere"')
    text = text.replace("payment_terms_days = 7", 'payment_terms_days = "7"\npaymnt = 1')
    manifest.write_text(text + '\n[drivers.x]\ndriver = "no_such"\n')
    result = run("migrate")
    assert result.exit_code == 2
    for path in ("larabill.database", "billing.payment_terms_days", "billing.paymnt", "drivers.x.driver"):
        assert path in result.stderr


def test_syntax_error_of_a_manifest_is_told_by_line(folder: Path) -> None:
    (folder / "larabill.toml").write_text("[larabill]\ndatabase =\n")
    result = run("doctor")
    assert result.exit_code == 2
    assert "line 2" in result.stderr


@pytest.mark.parametrize("id", ["1", "JOB_1", "job_1", "inv_" + "0" * 32, "job_" + "A" * 32, "job_" + "0" * 32 + "\n"])
def test_id_that_is_none_is_refused_before_anything_is_opened(id: str) -> None:
    result = run("jobs", "show", id)
    assert result.exit_code == 2
    assert "JOB_ID: is not an id" in result.stderr


@pytest.mark.parametrize(
    "words", [["no-such-command"], ["jobs", "no-such"], ["--no-such"], ["jobs", "list", "--status", "odd"]]
)
def test_unknown_words_are_usage_errors(words: list[str]) -> None:
    assert run(*words).exit_code == 2


def test_wrong_key_file_is_told_in_words(folder: Path) -> None:
    keys = folder / "larabill.keys"
    keys.chmod(0o644)
    result = run("doctor", "--json")
    assert result.exit_code == 1
    finding = next(each for each in json.loads(result.stdout) if each["what"] == "keys")
    assert finding["level"] == "wrong"
    assert "chmod 600" in finding["remedy"]


@pytest.mark.parametrize("content", ["", "active = k1\n", "k1 = AAAA\nactive = k1\n", "rubbish\n"])
def test_doctor_names_a_key_file_that_is_none(folder: Path, content: str) -> None:
    keys = folder / "larabill.keys"
    keys.write_text(content)
    result = run("doctor", "--json")
    assert result.exit_code == 1
    assert any(each["what"] == "keys" and each["level"] == "wrong" for each in json.loads(result.stdout))


def test_error_as_json_has_code_and_faults() -> None:
    result = run("jobs", "show", "odd", "--json")
    error: dict[str, Any] = json.loads(result.stderr)["error"]
    assert error["code"] == "invalid-input"
    assert [fault["path"] for fault in error["faults"]] == ["JOB_ID"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0
    assert result.stdout.count("\n") > 3


def test_a_process_ends_with_the_exit_code_and_no_traceback(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "larabill_cli", "migrate"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env=dict(os.environ),
    )
    assert done.returncode == 2
    assert "does not exist" in done.stderr
    assert "Traceback" not in done.stderr
