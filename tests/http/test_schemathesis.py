"""Requests made up from the OpenAPI document: every answer is one that the document tells of, on every host.

In each run every host is asked for a share of the operations, systematically: each value at its bounds and beyond,
each header left out, each method that is not there. `nox -s http` asks every host for all of them, and then ten
thousand times at random, one by one and in chains in which a request names what the one before has answered.

All checks of schemathesis are on, but for two of which it is told here why. What a check accepts beyond a success is
what the operation's own entry in the document tells of, and of that only:

- what is right by the schema (`positive_data_acceptance`): 404, as made-up ids name nothing; 409, for the state that a
  thing is in; 412, for the version that it is in; 422, for rules that JSON Schema cannot say: between fields, of a
  currency's places, of what stands in the catalogue.
- what is public: 400 also where the schema is kept, which cannot say that a webhook is signed.
- what is wrong (`negative_data_rejection`): 400, 415 and 422 for its form; 401 where the login is left out, too; 404
  for a path that can name nothing (B01); 412 for an `If-Match` that is no version (RFC 9110, section 13.1.1).
- what is left out (`missing_required_header`): 400 for the key, 428 for the version (RFC 6585, section 3).
"""

from __future__ import annotations

import itertools
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

import attrs
import pytest
import schemathesis
from asgiref.wsgi import WsgiToAsgi
from schemathesis.engine import Status, events, from_schema
from tests.http.estate import Estate, build
from tests.http.hosts import HOSTS
from tests.http.hosts.host import NAME, Host
from tests.http.samples import ELSEWHERE

EXAMPLES: Final = int(os.environ.get("LARABILL_HTTP_EXAMPLES", "0"))
"""At random, in all, on each host; 0: none."""

RIGHT: Final = {"404", "409", "412", "422"}
UNSIGNED: Final = {"400"}
LEFT_OUT: Final = {"400", "428"}
WRONG: Final = {"401", "404", "412", "415", "422"} | LEFT_OUT

ASKED_BY: Final = {"reveal_access": "customer"}
"""Where staff are told nothing."""

OFF: Final = {
    "max_response_time": "no test measures time",
    "object_level_authorization": "tests/http/test_matrix.py asks for everything as everybody",
}
"""`use_after_free` and `ensure_resource_availability` are on, and look at chains alone."""


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    with build(tmp_path_factory.mktemp("schemathesis")) as estate:
        yield estate


@pytest.fixture(params=HOSTS)
def host(request: pytest.FixtureRequest, estate: Estate) -> Iterator[Host]:
    estate.restore()
    with HOSTS[request.param](estate) as host:
        yield host
    estate.restore()


@attrs.define
class Report:
    """What was asked and found: the first failure of each check on each operation."""

    asked: int = 0
    checks: Counter[str] = attrs.Factory(Counter)
    faults: dict[str, str] = attrs.Factory(dict)

    def take(self, event: Any) -> None:
        if isinstance(event, events.NonFatalError):
            self.faults[event.label] = str(event.value)
        if isinstance(event, events.ScenarioFinished):
            self.asked += len(event.recorder.interactions)
            for case, checks in event.recorder.checks.items():
                for check in checks:
                    self.checks[check.name] += 1
                    if check.status is not Status.SUCCESS:
                        operation = event.recorder.cases[case].value.operation.label
                        self.faults.setdefault(f"{operation}: {check.name}", said(check.failure_info))


def said(failure: Any) -> str:
    return "" if failure is None else f"{failure.failure.title}: {failure.failure.message}\n{failure.code_sample}"


@pytest.fixture
def _things_that_are_there(estate: Estate) -> Iterator[None]:
    """Every other path names what is there, as nearly every made-up id names nothing; each operation finds it as it
    was built."""
    turns, last = itertools.cycle((True, False)), ""

    def before_call(context: Any, case: Any, kwargs: Any) -> None:
        nonlocal last
        if case.operation.label != last:
            last = case.operation.label
            estate.restore()
        if case.path_parameters and next(turns):
            things = dict(estate.things)
            if (id := case.operation.definition.raw["operationId"]) in ELSEWHERE:
                things |= dict.fromkeys(case.path_parameters, things[ELSEWHERE[id]])
            case.path_parameters = {name: things[name] for name in case.path_parameters}

    schemathesis.hook(before_call)
    yield
    schemathesis.hooks.unregister(before_call)


@pytest.mark.usefixtures("_things_that_are_there")
def test_every_answer_is_one_that_the_document_tells_of(host: Host) -> None:
    schema = schema_of(host)
    report = Report()
    for event in from_schema(schema).execute():
        report.take(event)
    assert not report.faults, f"{len(report.faults)} of {report.asked}:\n\n" + "\n\n".join(
        f"{where}\n{what}" for where, what in report.faults.items()
    )
    assert report.asked > EXAMPLES
    assert set(report.checks) == set(schemathesis.checks.CHECKS.get_all_names()) - set(OFF)


def schema_of(host: Host) -> Any:
    """The document that the host serves, and how it is asked."""
    document = host.send("GET", "/openapi.json").data
    operations = [each for methods in document["paths"].values() for each in methods.values()]
    config = schemathesis.Config.from_dict(config_of(host, operations))
    app = host.app if host.kind == "asgi" else WsgiToAsgi(host.app)
    return schemathesis.openapi.from_asgi(f"{host.prefix}/openapi.json", app, config=config, headers={"Host": NAME})


def config_of(host: Host, operations: list[Mapping[str, Any]]) -> dict[str, Any]:
    each = EXAMPLES // len(operations)
    share = operations if EXAMPLES else operations[list(HOSTS).index(host.name) :: len(HOSTS)]
    return {
        "headers": {"Host": NAME},
        "generation": {"max-examples": max(1, each), "database": "none", "no-shrink": True, "deterministic": not each},
        "phases": {"fuzzing": {"enabled": each > 0}, "stateful": {"enabled": each > 0}},
        "checks": {name: {"enabled": False} for name in OFF if name != "max_response_time"},
        "operations": [{"enabled": operation in share, **of_operation(operation, host)} for operation in operations],
    }


def of_operation(operation: Mapping[str, Any], host: Host) -> dict[str, Any]:
    """Who asks, and what may be answered beside a success."""
    public = "security" not in operation
    who = ASKED_BY.get(operation["operationId"], "owner" if operation.get("x-scope") == "installation" else "staff")
    told = set(operation["responses"])
    return {
        "include-operation-id": operation["operationId"],
        "headers": {} if public else {"Authorization": f"Bearer {host.tokens[who]}"},
        "checks": {
            "positive_data_acceptance": {
                "expected-statuses": ["2xx", *sorted(told & (RIGHT | UNSIGNED if public else RIGHT))]
            },
            "negative_data_rejection": {"expected-statuses": sorted(told & WRONG)},
            "missing_required_header": {"expected-statuses": sorted(told & LEFT_OUT) or ["400"]},
        },
    }
