"""Requests made up from the OpenAPI document: every answer is one that the document tells of, on every host.

All checks of schemathesis are on. `nox -s http` asks ten thousand times on each host. What is set otherwise than by
default, and why:

- 422 (`positive_data_acceptance`) may answer what the schema allows: rules between fields, of a currency's places, of
  what stands in the catalogue, cannot be said in JSON Schema.
- 412 may, too: whether `If-Match` names the version that is stored is not the schema's to say.
- 428 (`missing_required_header`) is the answer to a missing `If-Match` (RFC 6585, section 3).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, Final

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from tests.http.estate import Estate, build
from tests.http.hosts import HOSTS
from tests.http.hosts.host import NAME, Host

EXAMPLES: Final = int(os.environ.get("LARABILL_HTTP_EXAMPLES", "0"))
"""In all, on each host; 0: a few of each operation, each of them on one of the hosts."""
FEW: Final = 2

CONFIG: Final = {
    "checks": {
        "positive_data_acceptance": {
            "expected-statuses": ["2xx", "401", "403", "404", "409", "412", "415", "422", "429", "503"]
        },
        "negative_data_rejection": {
            "expected-statuses": ["400", "401", "403", "404", "405", "409", "412", "413", "415", "422", "428", "429"]
        },
        "missing_required_header": {"expected-statuses": ["400", "401", "403", "404", "415", "422", "428"]},
    }
}


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    with build(tmp_path_factory.mktemp("schemathesis")) as estate:
        yield estate


@pytest.fixture(params=HOSTS)
def host(request: pytest.FixtureRequest, estate: Estate) -> Iterator[Host]:
    estate.restore()
    with HOSTS[request.param](estate) as host:
        yield host


def test_every_answer_is_one_that_the_document_tells_of(host: Host, estate: Estate) -> None:
    schema = schema_of(host)
    operations = [found.ok() for found in schema.get_all_operations()]
    if not EXAMPLES:
        operations = operations[list(HOSTS).index(host.name) :: len(HOSTS)]
    each = max(FEW, EXAMPLES // len(operations))
    faults: dict[str, str] = {}
    for operation in operations:
        try:
            _ask(operation, each, host, estate)
        except (Exception, BaseExceptionGroup) as problem:
            faults[operation.label] = f"{type(problem).__name__}: {problem}"
        estate.restore()
    assert not faults, f"{len(faults)} of {len(operations)} operations:\n\n" + "\n\n".join(
        f"{label}\n{said}" for label, said in faults.items()
    )
    assert operations


def schema_of(host: Host) -> Any:
    """The document that the host serves, and how it is asked."""
    config = schemathesis.Config.from_dict(CONFIG)
    load = schemathesis.openapi.from_wsgi if host.kind == "wsgi" else schemathesis.openapi.from_asgi
    return load(f"{host.prefix}/openapi.json", host.app, config=config)


def _cases(operation: Any) -> Any:
    """What fits the schema, and, where there is anything to break, what does not."""
    fits = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    if not (operation.body or operation.query or operation.headers):
        return fits
    return fits | operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)


def _ask(operation: Any, times: int, host: Host, estate: Estate) -> None:
    scope = operation.definition.raw.get("x-scope", "public")
    headers = {"Host": NAME}
    if scope != "public":
        headers["Authorization"] = f"Bearer {host.tokens['owner' if scope == 'installation' else 'staff']}"

    @settings(
        max_examples=times,
        deadline=None,
        database=None,
        derandomize=not EXAMPLES,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=_cases(operation), real=st.booleans())
    def ask(case: Any, real: bool) -> None:
        if real:  # what is there, too; nearly every made-up id names nothing
            for name in case.path_parameters:
                case.path_parameters[name] = estate.things.get(name, case.path_parameters[name])
        case.call_and_validate(headers=headers)

    ask()
