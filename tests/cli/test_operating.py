"""An operator's day, on the command line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tests.cli.slow_bank import LONGEST, read_until, slow_bank

from larabill_cli.main import main
from larabill_core.clock import SystemClock
from larabill_core.ids import new_id, public_id
from larabill_core.jobs import Job, JobStatus
from larabill_core.manifest import read_manifest
from larabill_sqlalchemy import open_engine
from larabill_sqlalchemy.opening import database_of


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments), catch_exceptions=False)


def answer(*arguments: str) -> Any:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def process(*arguments: str, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "larabill_cli", *arguments],
        cwd=folder,
        env=dict(os.environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What `init` writes, not yet migrated."""
    monkeypatch.chdir(tmp_path)
    assert run("init").exit_code == 0
    return tmp_path


@pytest.fixture
def shop(folder: Path) -> Path:
    """Migrated, with the sample catalogue in force."""
    assert run("migrate").exit_code == 0
    assert run("catalog", "load", "catalog.toml").exit_code == 0
    return folder


def unknown_job() -> str:
    """A job whose module is off: it parks."""
    engine = open_engine(read_manifest(Path("larabill.toml")))
    now = SystemClock().now()
    job = Job(
        id=new_id(),
        event_id=new_id(),
        handler="gone.handler",
        queue="default",
        seller_id=None,
        payload='{"password": "canary"}',
        payload_version=1,
        status=JobStatus.READY,
        run_at=now,
        attempts=0,
        fence=0,
        lease_until=None,
        last_error="",
        approved_by="",
        created_at=now,
        finished_at=None,
    )
    engine.run(lambda tx: tx.jobs.add_many([job]))
    database_of(engine).dispose()
    return public_id("job", job.id)


def test_doctor_says_what_is_missing_and_makes_nothing(folder: Path) -> None:
    result = run("doctor", "--json")
    assert result.exit_code == 1
    wrong = [finding for finding in json.loads(result.stdout) if finding["level"] == "wrong"]
    assert [finding["remedy"] for finding in wrong] == ["run `larabill migrate`"]
    assert not (folder / "larabill.db").exists()


def test_doctor_is_content_after_migrate(shop: Path) -> None:
    assert {finding["level"] for finding in answer("doctor")} <= {"ok", "warning"}


def test_commands_say_that_the_database_is_not_migrated(folder: Path) -> None:
    result = run("jobs", "list")
    assert result.exit_code == 2
    assert "larabill migrate" in result.stderr


def test_migrate_again_does_nothing(shop: Path) -> None:
    assert answer("migrate") == []


def test_two_migrations_at_once_do_the_work_once(folder: Path) -> None:
    both = [process("migrate", "--json", folder=folder) for _ in range(2)]
    told = [each.communicate(timeout=60) for each in both]
    assert [each.returncode for each in both] == [0, 0], told
    done = [row["module"] for out, _ in told for row in json.loads(out)]
    assert sorted(done) == ["billing", "core", "provisioning"]


def test_migrate_down_and_up_again(shop: Path) -> None:
    assert answer("migrate", "--down", "provisioning:base") == [{"module": "provisioning", "revisions": ["base"]}]
    assert [row["module"] for row in answer("migrate")] == ["provisioning"]


@pytest.mark.parametrize("text", ["", "billing", "billing:", "nothing:base", "billing:../x"])
def test_migrate_down_to_nowhere_is_refused(shop: Path, text: str) -> None:
    result = run("migrate", "--down", text)
    assert result.exit_code == 2
    assert "--down" in result.stderr


def test_catalogue_with_faults_is_refused_whole(shop: Path) -> None:
    text = (shop / "catalog.toml").read_text()
    bad = shop / "bad.toml"
    bad.write_text(
        text.replace('monthly = "9.90"', 'monthly = "9.999"').replace('name = "Check of a domain"', "nam = 1")
    )
    result = run("catalog", "load", "bad.toml")
    assert result.exit_code == 2
    for path in ("plans[0].prices.EUR", "plans[3].nam"):
        assert path in result.stderr
    assert answer("catalog", "load", "catalog.toml")["unchanged"] == ["web-m", "mail-team", "support", "domain-check"]


def test_catalogue_is_checked_without_a_manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run("init")
    (tmp_path / "larabill.toml").unlink()
    assert [plan["code"] for plan in answer("catalog", "check", "catalog.toml")] == [
        "web-m",
        "mail-team",
        "support",
        "domain-check",
    ]
    (tmp_path / "catalog.toml").write_text("[[plans]]\ncode =\n")
    result = run("catalog", "check", "catalog.toml")
    assert result.exit_code == 2
    assert "line 2" in result.stderr


def test_job_that_waits_for_a_person_is_listed_shown_and_retried(shop: Path) -> None:
    id = unknown_job()
    told = answer("run-due")
    assert told["parked"] == 1
    [parked] = answer("jobs", "list", "--open")
    assert parked["id"] == id
    assert "no module that is on handles" in parked["last_error"]
    shown = answer("jobs", "show", id)
    assert "canary" not in json.dumps(shown)
    assert answer("jobs", "retry", id)["status"] == "ready"
    assert answer("jobs", "show", id)["approved_by"] == "staff:console"


def test_cancelled_job_never_runs(shop: Path) -> None:
    id = unknown_job()
    assert answer("jobs", "cancel", id)["status"] == "cancelled"
    assert answer("run-due")["parked"] == 0
    again = run("jobs", "retry", id)
    assert again.exit_code == 1
    assert again.stderr.startswith("Error: ")


def test_what_does_not_exist_is_told_in_words(shop: Path) -> None:
    for words in (["jobs", "show", public_id("job", new_id())], ["resources", "show", public_id("res", new_id())]):
        result = run(*words)
        assert result.exit_code == 1
        assert "there is no" in result.stderr


def test_lists_of_a_new_shop_are_empty(shop: Path) -> None:
    assert answer("resources", "list") == []
    assert answer("webhooks", "list") == []
    assert answer("webhooks", "list", "--rejected") == []
    assert answer("drivers", "list") == []
    assert answer("verify") == {"violations": []}
    assert {module["name"] for module in answer("modules", "list") if module["on"]} == {"billing", "provisioning"}


def test_seller_that_is_not_there_is_refused(shop: Path) -> None:
    result = run("resources", "list", "--seller", public_id("sel", new_id()))
    assert result.exit_code == 2
    assert "--seller" in result.stderr


def test_database_option_takes_the_place_of_the_manifests(shop: Path) -> None:
    result = run("--database", "sqlite:///other.db", "jobs", "list")
    assert result.exit_code == 2
    assert "larabill migrate" in result.stderr


def status_of(handler: str) -> list[str]:
    return [job["status"] for job in answer("jobs", "list") if job["handler"] == handler]


def test_worker_works_until_it_is_told_to_stop_and_finishes_the_job_under_way(shop: Path) -> None:
    id = unknown_job()
    with slow_bank(shop / "larabill.toml") as bank:
        worker = process("worker", "--threads", "2", "--json", folder=shop)
        assert worker.stderr is not None
        read_until(worker.stderr, "worker starts")
        assert bank.asked.wait(LONGEST)
        while answer("jobs", "show", id)["status"] != "parked":
            assert worker.poll() is None
        worker.send_signal(signal.SIGTERM)
        read_until(worker.stderr, "told to stop")
        bank.may_answer.set()
        _, rest = worker.communicate(timeout=LONGEST)
    assert worker.returncode == 0
    assert json.loads(rest.splitlines()[-1])["message"] == "worker stops"
    assert status_of("billing.fetch_rates") == ["done"]


def test_a_second_signal_stops_the_worker_at_once(shop: Path) -> None:
    """The job that is cut off is taken up by another worker, after its lease."""
    with slow_bank(shop / "larabill.toml") as bank:
        worker = process("worker", "--threads", "1", folder=shop)
        assert worker.stderr is not None
        assert bank.asked.wait(LONGEST)
        worker.send_signal(signal.SIGTERM)
        read_until(worker.stderr, "told to stop")
        worker.send_signal(signal.SIGTERM)
        worker.communicate(timeout=LONGEST)
    assert worker.returncode == -signal.SIGTERM
    assert status_of("billing.fetch_rates") == ["running"]


def test_tables_are_plain_where_rich_is_missing(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rich", None)
    result = run("modules", "list")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[:3] == [
        "Modules",
        "",
        "name          on   requires  handlers  schedules",
    ]
