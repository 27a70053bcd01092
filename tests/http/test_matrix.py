"""Every endpoint asked by everybody: who is answered follows from its row in the table alone (B01, B03, B04)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import pytest
from tests.http.estate import Estate, build
from tests.http.hosts.alone import open_alone
from tests.http.hosts.host import Answer, Host, bearer
from tests.http.samples import body_of, encoded, names_a_thing, path_of, query_of

from larabill_billing.module import MODULE as BILLING
from larabill_core.errors import ConfigurationError
from larabill_core.http.endpoint import KIND_PREFIX, Endpoint, NoQuery
from larabill_core.http.table import Table
from larabill_core.ids import new_id, public_id
from larabill_core.kernel import KERNEL
from larabill_core.module import Module
from larabill_provisioning.module import MODULE as PROVISIONING

MODULES: Final = (KERNEL, BILLING, PROVISIONING)
ENDPOINTS: Final = [endpoint for module in MODULES for endpoint in module.endpoints]
OF_CUSTOMERS: Final = {ability for module in MODULES for ability in module.customer_abilities}
EVERYBODY: Final = ("nobody", "other_customer", "customer", "trainee", "staff", "rival", "owner")

SHARED: Final = {"plan"}
"""Kinds of things that are the seller's, and shown to every customer."""
TO_CUSTOMERS_ALONE: Final = {"reveal_access"}
"""What not even staff are shown."""
TOO_LATE: Final = {
    "adopt_resource": "the provider has nothing of that id",
    "resume_resource": "staff have not suspended it",
    "release_hold": "its renewal is not held",
    "resolve_payment_review": "it is not in review",
    "check_vat_id": "no register is configured",
}
"""Endpoints whose sample is refused in the estate, with 409, because of the state that its thing is in: why."""

NOT_THERE: Final = {
    "match_bank_line",
    "unmatch_bank_line",
    "ignore_bank_line",
    "import_bank_statement",
    "resume_dunning",
    "withdraw_promise",
    "redeem_voucher",
}
"""Endpoints for whose sample the estate has nothing yet: nobody finds it, and who may not is told so all the same."""

_ID = re.compile(r"[a-z]{3}_([0-9a-f]{32})")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Estate, Host]]:
    with build(tmp_path_factory.mktemp("matrix")) as estate, open_alone(estate) as host:
        yield estate, host


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=[endpoint.id for endpoint in ENDPOINTS])
def test_the_row_says_who_is_answered(endpoint: Endpoint, who: str, built: tuple[Estate, Host]) -> None:
    estate, host = built
    request = path_of(endpoint, estate), encoded(body_of(endpoint, estate)), query_of(endpoint, estate)
    answer = ask(estate, host, endpoint, who)
    if endpoint.changes and answer.status < 400:
        estate.restore()
    if endpoint.scope == "public":
        assert answer.status < 500 and answer.status not in (401, 403), answer.body
        return
    wanted = expected(endpoint, who)
    assert answer.status in wanted, f"{who} got {answer.status} {answer.body!r} for {request}"
    shown = set(_ID.findall(answer.body.decode())) - set(_ID.findall(str(request)))
    assert not shown & estate.foreign.get(who, set()), f"{who} is shown what is not theirs: {answer.body!r}"
    assert not estate.unscoped, estate.unscoped


def expected(endpoint: Endpoint, who: str) -> set[int]:
    """What the row says of this principal. Nothing in it is about the single endpoint."""
    done = {409} if endpoint.id in TOO_LATE else {204 if endpoint.answer is None else endpoint.status}
    if endpoint.id in NOT_THERE:
        done = {404, 409, 422}
    of_customers = endpoint.scope == "own" and endpoint.ability in OF_CUSTOMERS
    match who:
        case "nobody":
            return {401}
        case "trainee":
            return {403}
        case "customer":
            return done if of_customers else {403}
        case "other_customer" if not of_customers:
            return {403}
        case "staff" | "rival" if endpoint.scope == "installation":
            return {403}
        case "staff" | "owner" | "rival" if endpoint.id in TO_CUSTOMERS_ALONE:
            return {403}
        case "staff" | "owner":
            return done
    # somebody whose rows these are not: of one thing they learn nothing; of many they see, or make, their own
    if endpoint.id in TOO_LATE:
        return {404, 409}
    ids = [name for name in endpoint.parameters if name in KIND_PREFIX]
    if any(name not in SHARED or who == "rival" for name in ids):
        return {404}
    if endpoint.parameters and not ids:
        return {404} | done  # a name may be there twice, once for each
    if names_a_thing(endpoint):
        return {404} | (done if endpoint.method == "GET" else {422})
    return done


def ask(estate: Estate, host: Host, endpoint: Endpoint, who: str) -> Answer:
    """The sample of the endpoint, as this principal."""
    body = encoded(body_of(endpoint, estate))
    query = query_of(endpoint, estate)
    headers = [] if who == "nobody" else bearer(host, who)
    if who == "owner" and endpoint.scope != "installation":
        headers.append(("Larabill-Seller", public_id("sel", estate.market.seller)))
    if body is not None:
        headers.append(("Content-Type", "application/json"))
    if endpoint.needs_key:
        headers.append(("Idempotency-Key", new_id().hex))
    path = path_of(endpoint, estate)
    if endpoint.versioned:
        headers.append(("If-Match", version_of(host, path)))
    return host.send(endpoint.method, f"{path}?{query}" if query else path, headers, body)


def version_of(host: Host, path: str) -> str:
    """What staff see as the ETag of the thing that the path ends in, or is about."""
    until = path
    while until:
        found = host.send("GET", until, bearer(host, "staff")).headers.get("etag")
        if found is not None:
            return found
        until = until.rpartition("/")[0]
    return '"1"'


def test_every_endpoint_has_an_ability_that_its_module_registers() -> None:
    """A table with a row without one is refused, and so the build fails."""
    Table(MODULES)
    row = Endpoint(id="new", method="GET", path="/new", summary="new", handler="nowhere:new")
    with pytest.raises(ConfigurationError, match=r"endpoints\.new\.ability"):
        Table([Module(name="new", endpoints=(row,))])


def test_a_body_without_a_sample_is_named(built: tuple[Estate, Host]) -> None:
    row = Endpoint(id="new", method="POST", path="/new", summary="new", handler="nowhere:new", body=NoQuery)
    with pytest.raises(AssertionError, match=r"the endpoint new takes a body: add a valid one"):
        body_of(row, built[0])
