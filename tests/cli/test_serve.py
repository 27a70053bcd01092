"""The API from the command line: tokens, and a server of its own process."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result
from tests.cli.slow_bank import LONGEST, read_until, slow_bank

from larabill_cli.main import main


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments), catch_exceptions=False)


def answer(*arguments: str) -> Any:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    assert run("init").exit_code == 0
    assert run("migrate").exit_code == 0
    return tmp_path


def test_a_token_is_shown_once(folder: Path) -> None:
    shown = run("tokens", "create", "--role", "operator", "--name", "backup")
    assert shown.exit_code == 0
    text = shown.stdout.strip()
    assert text.startswith("lbt_")
    (row,) = answer("tokens", "list")
    assert (row["name"], row["roles"], row["seller"], row["revoked_at"]) == ("backup", ["operator"], None, None)
    assert text not in run("tokens", "list").stdout
    assert answer("tokens", "revoke", row["id"]) == {"revoked": row["id"]}
    assert answer("tokens", "list")[0]["revoked_at"] is not None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "role"),
        (("--role", "boss"), "operator"),
        (("--role", "operator", "--expires", "soon"), "90s"),
        (("--role", "operator", "--seller", "sel_1"), "--seller"),
        (("--customer", "cus_1"), "--customer"),
    ],
)
def test_a_mistake_is_told_with_its_remedy(folder: Path, arguments: tuple[str, ...], said: str) -> None:
    wrong = run("tokens", "create", *arguments)
    assert wrong.exit_code == 2
    assert said in wrong.stderr
    assert answer("tokens", "list") == []


def test_a_token_for_a_customer_that_there_is_not_is_refused(folder: Path) -> None:
    assert run("tokens", "create", "--customer", "cus_" + "0" * 32).exit_code == 1


def test_a_server_answers_until_it_is_told_to_stop_and_finishes_the_job_under_way(folder: Path) -> None:
    text = answer("tokens", "create", "--role", "operator")["token"]
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with slow_bank(folder / "larabill.toml") as bank:
        server = subprocess.Popen(
            [sys.executable, "-m", "larabill_cli", "serve", "--port", str(port)],
            cwd=folder,
            env=dict(os.environ),
            stderr=subprocess.PIPE,
            text=True,
        )
        assert server.stderr is not None
        said = read_until(server.stderr, "Uvicorn running")
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            assert client.get("/invoices").status_code == 401
            found = client.get("/invoices", headers={"authorization": f"Bearer {text}"})
            assert (found.status_code, found.json()) == (200, {"items": [], "next": None})
            assert "server" not in found.headers
        assert bank.asked.wait(LONGEST)
        server.send_signal(signal.SIGTERM)
        said += read_until(server.stderr, "told to stop")
        bank.may_answer.set()
        said += server.communicate(timeout=LONGEST)[1]
    assert server.returncode in (0, -signal.SIGTERM), said
    assert text not in said
    fetched = [job["status"] for job in answer("jobs", "list") if job["handler"] == "billing.fetch_rates"]
    assert fetched == ["done"]
