"""A scenario is played by the real engine, always with the same result, and its mistakes are all told at once."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from larabill_cli.main import main
from larabill_cli.simulate import company, play
from larabill_cli.simulate.entries import VERBS
from larabill_cli.simulate.report import collect
from larabill_cli.simulate.scenario import Buyer, ScenarioFile, parse_scenario
from larabill_cli.simulate.schema import SCHEMAS, text
from larabill_core.errors import InvalidInput

ROOT = Path(__file__).parents[2]
SCENARIOS = sorted((ROOT / "examples" / "scenarios").glob("*.toml"))
DOCUMENTS = ("INV-", "CN-", "PRO-")
RECKONED = re.compile(r"^# ((?:INV|CN|PRO)-\d{6}|cash|billed|revenue|deferred|credit|tax) +([\d.]+)", re.MULTILINE)

WEB = """
start = 2026-01-31
until = 2026-03-15
timezone = "Europe/Berlin"
[[plans]]
code = "web"
name = "Web hosting"
prices.EUR = { monthly = "10.00" }
[[customers]]
id = "ada"
[[timeline]]
at = 2026-01-31
do = "subscribe"
customer = "ada"
plan = "web"
cycle = "monthly"
"""


def simulate(*arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(main, ["simulate", *arguments], input=given, catch_exceptions=False)


def played(scenario: str) -> dict[str, Any]:
    result = simulate("-", "--json", given=scenario)
    assert result.exit_code == 0, result.stderr
    report: dict[str, Any] = json.loads(result.stdout)
    return report


def faults_of(scenario: str) -> dict[str, str]:
    """Problem by place."""
    with pytest.raises(InvalidInput) as raised:
        parse_scenario(scenario, "scenario")
    return {fault.path: fault.problem for fault in raised.value.faults}


def test_there_are_at_least_twelve_worked_examples() -> None:
    assert len(SCENARIOS) >= 12


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: file.stem)
def test_worked_example_prints_what_is_expected_and_what_was_reckoned_by_hand(file: Path) -> None:
    result = simulate(str(file), "--json")
    assert result.exit_code == 0, result.stderr
    assert result.stdout == (file.parent / "expected" / f"{file.stem}.json").read_text(encoding="utf-8")
    report = json.loads(result.stdout)
    reckoned = RECKONED.findall(file.read_text(encoding="utf-8"))
    by_hand = [(what, amount) for what, amount in reckoned if what.startswith(DOCUMENTS)]
    assert by_hand == [(invoice["number"], invoice["total"]) for invoice in report["invoices"]]
    assert {what: amount for what, amount in reckoned if not what.startswith(DOCUMENTS)}.items() <= sums(report).items()
    assert "billed" in dict(reckoned)
    assert report["ledger"]["balanced"]
    assert report["waiting"] == []


def sums(report: dict[str, Any]) -> dict[str, str]:
    """What the comments of an example may reckon besides its invoices, in its own currency, as positive amounts."""
    accounts = [
        (account["account"], Decimal(account["balance"]))
        for account in report["ledger"]["accounts"]
        if account["currency"] == report["currency"]
    ]

    def owed(*names: str) -> str:
        found = [-balance for account, balance in accounts if account.partition(":")[0] in names]
        return f"{sum(found, Decimal(0)):f}"

    return {
        "cash": owed("cash").removeprefix("-"),
        "billed": owed("revenue", "deferred_revenue", "discounts"),
        "revenue": owed("revenue"),
        "deferred": owed("deferred_revenue"),
        "credit": owed("customer_credit"),
        "tax": owed("tax_payable"),
    }


def test_long_lists_are_read_to_their_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(company, "PAGE", 2)
    file = ROOT / "examples" / "scenarios" / "late-payer.toml"
    expected = (file.parent / "expected" / f"{file.stem}.json").read_text(encoding="utf-8")
    assert simulate(str(file), "--json").stdout == expected


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: file.stem)
def test_worked_example_is_explained_in_the_docs(file: Path) -> None:
    assert f"`{file.stem}`" in (ROOT / "docs" / "how-to" / "try-a-price-list.md").read_text(encoding="utf-8")


def test_the_how_to_shows_what_is_printed(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "how-to" / "try-a-price-list.md").read_text(encoding="utf-8")
    scenario, shown = (re.findall(rf"```{kind}\n(.*?)\n```", page, re.DOTALL)[0] for kind in ("toml", "text"))
    file = tmp_path / "upgrade.toml"
    file.write_text(scenario, encoding="utf-8")
    printed = [line.rstrip() for line in simulate(str(file)).stdout.splitlines()]
    assert printed[: len(shown.splitlines())] == shown.splitlines()


def test_every_amount_can_be_traced() -> None:
    """A line without a trace is quantity times unit price."""
    for file in SCENARIOS:
        report = json.loads((file.parent / "expected" / f"{file.stem}.json").read_text(encoding="utf-8"))
        for invoice in report["invoices"]:
            for line in invoice["lines"]:
                assert line["explanation"].endswith(f"{line['amount']} {invoice['currency']}.")


@pytest.mark.parametrize("which", SCHEMAS)
def test_schemas_in_the_docs_are_those_of_the_classes(which: str) -> None:
    shown = (ROOT / "docs" / "reference" / f"simulate-{which}.schema.json").read_text(encoding="utf-8")
    Draft202012Validator.check_schema(SCHEMAS[which]())
    assert shown == text(which) + "\n", f"python -m larabill_cli.simulate.schema {which}"


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: file.stem)
def test_scenarios_and_reports_fit_their_schemas(file: Path) -> None:
    data = as_json(tomllib.loads(file.read_text(encoding="utf-8")))
    Draft202012Validator(SCHEMAS["scenario"]()).validate(data)
    expected = json.loads((file.parent / "expected" / f"{file.stem}.json").read_text(encoding="utf-8"))
    Draft202012Validator(SCHEMAS["report"]()).validate(expected)


def as_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_json(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def test_schema_refuses_a_key_that_is_not_known() -> None:
    data = as_json(tomllib.loads(WEB))
    data["timeline"][0]["cycel"] = "monthly"
    assert not Draft202012Validator(SCHEMAS["scenario"]()).is_valid(data)


def test_every_key_of_a_scenario_stands_in_its_reference() -> None:
    shown = (ROOT / "docs" / "reference" / "scenario.md").read_text(encoding="utf-8")
    classes = [ScenarioFile, Buyer, *VERBS.values()]
    assert {name for name in VERBS if f"`{name}`" not in shown} == set()
    assert {field.name for cls in classes for field in attrs.fields(cls) if f"`{field.name}`" not in shown} == set()


def test_json_and_toml_say_the_same() -> None:
    assert played(json.dumps(as_json(tomllib.loads(WEB)))) == played(WEB)


def test_nothing_is_needed_and_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert simulate("-", given=WEB).exit_code == 0
    assert list(tmp_path.iterdir()) == []


def test_people_see_tables_and_how_amounts_came_about() -> None:
    shown = simulate(str(ROOT / "examples" / "scenarios" / "upgrade-conventions.toml")).stdout
    for words in ("Small, unused, 2026-03-16 – 03-31", "The ledger sums to zero", "Subscriptions", "Events"):
        assert words in shown
    assert "1,335,600 of 2,674,800 seconds" in shown


def test_all_mistakes_are_told_at_once_by_place() -> None:
    found = faults_of(
        """
        start = 2026-01-31
        until = 2026-06-30
        timezone = "Europe/Berln"
        currenzy = "EUR"
        coupons = [{ name = "X", codes = ["X"], percent = "5" }]
        taxes = [{ country = "XX", rate = "200" }]
        [policies]
        payment_terms_days = "7"
        seller = { name = "S" }
        [[plans]]
        code = "web"
        name = "Web"
        prices.EUR = { monthly = 5.00 }
        [[customers]]
        id = "ada"
        country = "Germany"
        [[customers]]
        id = "ada"
        [[timeline]]
        at = 2026-02-01
        do = "subscrbe"
        [[timeline]]
        at = 2026-01-30
        do = "subscribe"
        customer = "adda"
        plan = "wbe"
        cycle = "montly"
        quantity = 0
        [[timeline]]
        at = "2026-02-30"
        do = "cancel"
        subscription = "s1"
        [[timeline]]
        at = 2026-02-02
        do = "cancel"
        subscription = "s2"
        [[timeline]]
        at = 2026-08-30
        do = "credit"
        customer = "ada"
        amount = "1.005"
        [[timeline]]
        at = 2026-02-03
        do = "dispute"
        customer = "ada"
        """
    )
    assert found["timezone"] == "is not an IANA time zone"
    assert found["currenzy"] == "is not known"
    assert found["coupons[0].codes[0]"] == "is not a code"
    assert {"taxes[0].country", "taxes[0].rate"} <= set(found)
    assert found["policies.payment_terms_days"] == "must be a whole number"
    assert found["policies.seller"] == "has no place here"
    assert found["plans[0].prices.EUR.monthly"] == "is a float, which is not exact"
    assert found["customers[0].country"] == "is not a country"
    assert found["customers[1].id"] == "is used twice"
    assert found["timeline[0].do"] == "is not a verb"
    assert found["timeline[1].cycle"] == "is not a cycle"
    assert found["timeline[1].quantity"] == "is out of range"
    assert found["timeline[2].at"] == "is not a date or time"
    assert found["timeline[3].subscription"] == "is not subscribed above"
    assert found["timeline[4].amount"] == "has more than 2 decimal places"
    assert found["timeline[4].at"] == "is not before the scenario's end"
    assert found["timeline[5].at"] == "is before the entry above it"


def test_the_nearest_name_is_offered() -> None:
    result = simulate("-", given=WEB.replace('customer = "ada"', 'customer = "adda"').replace("until", "untill"))
    assert result.exit_code == 2
    assert "did you mean ada?" in result.stderr
    assert "did you mean until?" in result.stderr
    assert "until: is missing" in result.stderr


@pytest.mark.parametrize("label", ["", "a b", "-a", "a" * 33, "ü"])
def test_labels_are_plain(label: str) -> None:
    assert faults_of(WEB.replace('id = "ada"', f'id = "{label}"'))["customers[0].id"] == "is not a label"


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("until = 2026-01-31", "until"),
        ("until = 2126-01-31", "until"),
        ('until = "soon"', "until"),
        ("until = 07:32:00", "until"),
    ],
)
def test_a_span_that_is_none_is_refused(line: str, place: str) -> None:
    assert place in faults_of(WEB.replace("until = 2026-03-15", line))


def test_a_time_that_the_clocks_leave_out_is_refused() -> None:
    entry = '[[timeline]]\nat = 2026-03-29T02:30:00\ndo = "pay"\ncustomer = "ada"\n'
    found = faults_of(WEB.replace("until = 2026-03-15", "until = 2026-04-15") + entry)
    assert found == {"timeline[1].at": "does not exist in Europe/Berlin: the clocks go forward over it"}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("start = ", "is not TOML"),
        ('{"start": "2026-01-31",}', "is not JSON"),
        ('{"start": 1, "start": 2}', "stands there twice"),
        ("[" * 100_000, "is not TOML"),
        ("{" + '"a": {' * 100_000, "nested too deeply"),
        ("", "has no plans"),
    ],
)
def test_what_is_no_scenario_is_told_in_words(given: str, words: str) -> None:
    result = simulate("-", given=given)
    assert result.exit_code == 2
    assert words in result.stderr


def test_a_file_that_is_not_there_or_no_text_is_told_in_words(tmp_path: Path) -> None:
    assert simulate(str(tmp_path / "none.toml")).exit_code == 2
    file = tmp_path / "x.toml"
    file.write_bytes(b"\xff\xfe")
    result = simulate(str(file))
    assert result.exit_code == 2
    assert "cannot be read" in result.stderr


def test_a_refused_step_is_shown_and_the_rest_goes_on() -> None:
    scenario = WEB.replace('name = "Web hosting"', 'name = "Web hosting"\nminimum_term_months = 12')
    scenario += """
[[timeline]]
at = 2026-02-10
do = "cancel"
subscription = "s1"
[[timeline]]
at = 2026-02-11
do = "credit"
customer = "ada"
amount = "3.00"
"""
    report = played(scenario)
    (reject,) = report["rejects"]
    assert (reject["place"], reject["do"], reject["code"]) == ("timeline[1]", "cancel", "conflict")
    assert "minimum term until 2027-01-31" in reject["message"]
    assert "subscription s1" in reject["message"]
    assert [credit["amount"] for credit in report["credits"]] == ["3.00", "-3.00"]
    assert [invoice["issued_on"] for invoice in report["invoices"]] == ["2026-01-31", "2026-02-28"]
    assert "Refused" in simulate("-", given=scenario).stdout


def test_money_goes_back_and_comes_in_parts() -> None:
    by_hand = WEB.replace('id = "ada"', 'id = "ada"\npays = "by_hand"')
    by_hand += """
[[timeline]]
at = 2026-02-01
do = "pay"
customer = "ada"
amount = "4.00"
[[timeline]]
at = 2026-02-02
do = "pay"
customer = "ada"
invoice = "INV-000001"
[[timeline]]
at = 2026-02-03
do = "refund"
customer = "ada"
amount = "1.50"
reason = "goodwill"
[[timeline]]
at = 2026-02-04
do = "decline"
customer = "ada"
[[timeline]]
at = 2026-02-05
do = "pay"
customer = "ada"
"""
    report = played(by_hand)
    captured = [event["about"]["amount"] for event in report["events"] if event["name"] == "billing.payment_captured"]
    assert captured == ["4.00", "6.00"]
    assert sums(report)["cash"] == "8.50"
    balances = {account["account"]: account["balance"] for account in report["ledger"]["accounts"]}
    assert (balances["cash:manual"], balances["refunds"]) == ("8.50", "0.00")
    assert [(reject["do"], reject["code"]) for reject in report["rejects"]] == [
        ("decline", "conflict"),
        ("pay", "not-found"),
    ]


def test_an_item_is_named_where_there_are_several() -> None:
    scenario = WEB.replace(
        "[[customers]]",
        """[[plans]]
code = "mail"
name = "Mailbox"
prices.EUR = { monthly = "2.00" }
[[customers]]""",
    ).replace('cycle = "monthly"', 'cycle = "monthly"\naddons = [{ plan = "mail", quantity = 2 }]')
    change = '[[timeline]]\nat = 2026-02-28\ndo = "change_quantity"\nsubscription = "s1"\nquantity = 3\n'
    (reject,) = played(scenario + change)["rejects"]
    assert "name one as `item`: web, mail" in reject["message"]
    report = played(scenario + change + 'item = "mail"\n')
    assert report["rejects"] == []
    assert report["subscriptions"][0]["items"] == [{"plan": "web", "quantity": 1}, {"plan": "mail", "quantity": 3}]


def test_a_change_at_the_end_of_the_period_waits_for_it() -> None:
    later = '[[timeline]]\nat = 2026-02-10\ndo = "change_quantity"\nsubscription = "s1"\nquantity = 2\n'
    report = played(WEB + later + 'when = "period_end"\n')
    assert [invoice["total"] for invoice in report["invoices"]] == ["10.00", "20.00"]
    report = played(WEB + later + "when = 2026-03-14\n")
    assert [invoice["issued_on"] for invoice in report["invoices"]] == ["2026-01-31", "2026-02-28", "2026-03-14"]


def test_what_falls_due_comes_before_what_the_timeline_says_for_the_same_instant() -> None:
    """The renewal of that midnight is paid by card, and leaves the credit alone."""
    entry = '[[timeline]]\nat = 2026-02-28\ndo = "credit"\ncustomer = "ada"\namount = "3.00"\n'
    report = played(WEB + entry)
    assert [invoice["issued_on"] for invoice in report["invoices"]] == ["2026-01-31", "2026-02-28"]
    assert [credit["amount"] for credit in report["credits"]] == ["3.00"]


def test_what_falls_due_at_the_end_no_longer_belongs_to_the_scenario() -> None:
    assert len(played(WEB.replace("until = 2026-03-15", "until = 2026-02-28"))["invoices"]) == 1
    later = WEB.replace("until = 2026-03-15", "until = 2026-02-28T00:00:01")
    assert len(played(later)["invoices"]) == 2


@pytest.fixture
def stops(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[None]]:
    """One entry for each instant at which the clock stopped."""
    found: list[None] = []
    work = play.work

    def counted(*arguments: Any) -> None:
        found.append(None)
        work(*arguments)

    monkeypatch.setattr(play, "work", counted)
    yield found


def test_the_clock_jumps_from_event_to_event(stops: list[None]) -> None:
    years = WEB.replace("monthly", "annual").replace("until = 2026-03-15", "until = 2036-01-31")
    report = played(years)
    assert len(report["invoices"]) == 10
    assert len(stops) <= 2 * len(report["invoices"])


def test_a_zone_of_half_hours_is_billed_in_the_next_slot_of_the_schedule() -> None:
    """Midnight in Kathmandu is 18:15 UTC: the hourly run of 18:00 has gone when it is due."""
    report = played(WEB.replace("Europe/Berlin", "Asia/Kathmandu"))
    issued = [event["at"] for event in report["events"] if event["name"] == "billing.invoice_issued"]
    assert issued == ["2026-01-31T00:00:00+05:45", "2026-02-28T00:45:00+05:45"]


def test_local_times_are_read_in_the_zone_of_the_customer() -> None:
    scenario = WEB.replace('id = "ada"', 'id = "ada"\ntimezone = "America/New_York"')
    report = played(scenario)
    assert report["subscriptions"][0]["history"][0]["at"] == "2026-01-31T06:00:00+01:00"
    assert report["invoices"][0]["issued_on"] == "2026-01-31"


def test_a_job_that_cannot_be_finished_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ValueError("broken on purpose")

    monkeypatch.setattr("larabill_billing.subscriptions.renew.renew_batch", broken)
    with play.played(parse_scenario(WEB, "web")) as played_out:
        report = collect(played_out)
    assert {each.work for each in report.waiting} == {"billing.renew_batch"}
    assert "broken on purpose" in report.waiting[0].reason
    assert isinstance(report.waiting[0].at, datetime)
