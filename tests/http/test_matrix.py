"""Every endpoint asked by everybody: who is answered follows from its row in the table alone (B01, B03, B04)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

import attrs
import pytest
from tests.databases import BEHAVIOUR_KINDS
from tests.http.estate import Estate, build
from tests.http.hosts.alone import open_alone
from tests.http.hosts.host import Answer, Host, bearer
from tests.http.naming import Naming, namings, places
from tests.http.samples import IN_VERSION, Sample, sample_of

from larabill_billing.module import MODULE as BILLING
from larabill_core.errors import ConfigurationError
from larabill_core.http.endpoint import KIND_PREFIX, Endpoint, NoQuery
from larabill_core.http.table import Table
from larabill_core.ids import public_id
from larabill_core.kernel import KERNEL
from larabill_core.module import installed_modules
from larabill_provisioning.module import MODULE as PROVISIONING

MODULES: Final = (KERNEL, BILLING, PROVISIONING)
ENDPOINTS: Final = [endpoint for module in MODULES for endpoint in module.endpoints]
OF_CUSTOMERS: Final = {ability for module in MODULES for ability in module.customer_abilities}
CUSTOMERS: Final = ("customer", "other_customer", "rivals_customer")
EVERYBODY: Final = ("nobody", *CUSTOMERS, "trainee", "staff", "rival", "owner")

TO_CUSTOMERS_ALONE: Final = {"reveal_access"}
"""What not even staff are shown."""
EACH_AT_ITS_PLACE: Final = {"record_usage"}
"""Of many things at once: what is not there is a fault at its place among the others, so 422."""
KEPT_ANSWERS: Final = "larabill_answers"
"""Written to by refusals too: the same request gets the same refusal."""

_ID = re.compile(r"[a-z]{3}_([0-9a-f]{32})")
_ANY_ID = re.compile(rf"{_ID.pattern}|[0-9a-f]{{8}}-(?:[0-9a-f]{{4}}-){{3}}[0-9a-f]{{12}}")


@pytest.fixture(scope="module", params=BEHAVIOUR_KINDS)
def database_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def built(database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Estate, Host]]:
    with build(tmp_path_factory.mktemp("matrix"), kind=database_kind) as estate, open_alone(estate) as host:
        yield estate, host


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=[endpoint.id for endpoint in ENDPOINTS])
def test_the_row_says_who_is_answered(endpoint: Endpoint, who: str, built: tuple[Estate, Host]) -> None:
    estate, host = built
    sample = sample_of(endpoint, estate.things)
    answer = sent(estate, host, endpoint, who, sample)
    assert answer.status == expected(endpoint, who, sample), f"{who} got {answer.body!r} for {sample}"
    shown = set(_ID.findall(answer.body.decode())) - set(_ID.findall(str(sample)))
    assert not shown & estate.foreign.get(who, set()), f"{who} is shown what is not theirs: {answer.body!r}"
    if answer.status == 404:
        nowhere = sample_of(endpoint, made_up(estate.things))
        other = sent(estate, host, endpoint, who, nowhere)
        assert plain(answer, estate.things) == plain(other, estate.things)


def expected(endpoint: Endpoint, who: str, sample: Sample) -> int:
    """What the row says of this principal. Nothing in it is about the single endpoint."""
    done = 204 if endpoint.answer is None else endpoint.status
    if endpoint.scope == "public":
        return done
    if who == "nobody":
        return 401
    if not may(endpoint, who):
        return 403
    if who in ("customer", "staff", "owner"):
        return done
    # somebody whose rows these are not: of one thing they learn nothing; of many they see, or make, their own
    if any(name in KIND_PREFIX for name in endpoint.parameters):
        return 404
    if not sample.names or (endpoint.method == "GET" and who == "rival"):
        return done
    return 422 if endpoint.id in EACH_AT_ITS_PLACE else 404


def may(endpoint: Endpoint, who: str) -> bool:
    """Whether the ability and the scope of the row are theirs."""
    if who in CUSTOMERS:
        return endpoint.scope == "own" and endpoint.ability in OF_CUSTOMERS
    if who == "trainee" or endpoint.id in TO_CUSTOMERS_ALONE:
        return False
    return who == "owner" or endpoint.scope != "installation"


OTHERS: Final = ("other_customer", "rivals_customer", "rival")
NAMED: Final = [
    (endpoint, naming, who)
    for endpoint in ENDPOINTS
    for naming in namings(endpoint)
    for who in OTHERS
    if may(endpoint, who) and not (naming.sellers and who == "other_customer")
]


@pytest.mark.parametrize(
    ("endpoint", "naming", "who"), NAMED, ids=[f"{each.id}{naming.place}-{who}" for each, naming, who in NAMED]
)
def test_what_is_named_and_another_s_is_answered_like_what_is_not_there(
    endpoint: Endpoint, naming: Naming, who: str, built: tuple[Estate, Host]
) -> None:
    """The path, and all that is not asked about, is theirs who ask."""
    estate, host = built
    own, foreign = estate.others["rival" if who == "rivals_customer" else who], estate.things
    real, nowhere, mine = (
        sent(estate, host, endpoint, who, sample_of(endpoint, {**own, **theirs(each)}, naming.body, naming.query))
        for each in (foreign, made_up(foreign), own)
    )
    answered = 200 if endpoint.method == "GET" and who == "rival" else naming.status
    assert real.status == answered, real.body
    assert plain(real, foreign) == plain(nowhere, foreign)
    assert naming.never or plain(mine, own) != plain(real, foreign), "what is theirs is answered like that, too"


def test_every_place_that_takes_an_id_is_tried_with_what_is_another_s() -> None:
    missing = {
        (endpoint.id, place)
        for endpoint in ENDPOINTS
        for place in places(endpoint) - {naming.place for naming in namings(endpoint)}
    }
    assert not missing, "add a request for each to tests/http/naming.py"


def ask(estate: Estate, host: Host, endpoint: Endpoint, who: str) -> Answer:
    """The sample of the endpoint, as this principal."""
    return sent(estate, host, endpoint, who, sample_of(endpoint, estate.things))


def sent(estate: Estate, host: Host, endpoint: Endpoint, who: str, sample: Sample) -> Answer:
    """The answer; then the estate is as it was. Fails where rows were written that should not be."""
    headers = [*sample.headers, *([] if who == "nobody" else bearer(host, who))]
    if who == "owner" and endpoint.scope != "installation":
        headers.append(("Larabill-Seller", public_id("sel", estate.market.seller)))
    if endpoint.versioned:
        headers.append(("If-Match", version_of(host, endpoint, sample.path)))
    answer = host.send(endpoint.method, sample.url, headers, sample.body)
    written = estate.written - {KEPT_ANSWERS}
    if estate.written:
        estate.restore()
    assert not written or (endpoint.changes and answer.status < 400), f"{answer.body!r} wrote to {written}"
    assert not estate.unscoped, estate.unscoped
    return answer


def version_of(host: Host, endpoint: Endpoint, path: str) -> str:
    """What the staff of a seller see as the ETag of the thing that the path ends in, or is about."""
    until = path
    while until:
        for who in ("staff", "rival"):
            found = host.send("GET", until, bearer(host, who)).headers.get("etag")
            if found is not None:
                return found
        until = until.rpartition("/")[0]
    return f'"{IN_VERSION.get(endpoint.id, 1)}"'


def made_up(things: Mapping[str, str]) -> dict[str, str]:
    """Things that nobody has: ids and names of the same form."""
    return {kind: nobodys(thing) for kind, thing in things.items()}


def nobodys(thing: str) -> str:
    prefix, _, rest = thing.rpartition("_") if _ID.fullmatch(thing) else ("", "", thing)
    return f"{prefix}_{rest[::-1]}" if prefix else rest[::-1]


def theirs(things: Mapping[str, str]) -> dict[str, str]:
    """By the names that they have in `naming`."""
    return {f"their_{kind}": thing for kind, thing in things.items()}


def plain(answer: Answer, things: Mapping[str, str]) -> tuple[int, str]:
    """What is answered, whatever ids and names of these things stand in it."""
    text = _ANY_ID.sub("id", answer.body.decode())
    for name in (thing for thing in things.values() if not _ID.fullmatch(thing)):
        text = re.sub(rf"\b({name}|{nobodys(name)})\b", "name", text)
    return answer.status, text


def test_all_that_is_installed_is_asked() -> None:
    table = Table([KERNEL, *installed_modules().values()])
    assert {endpoint.id for endpoint in table} == {endpoint.id for endpoint in ENDPOINTS}


@pytest.mark.parametrize("ability", ["", "invoices.burn"])
def test_a_planted_endpoint_without_an_ability_of_its_module_fails_the_build(ability: str) -> None:
    """The table is what every host serves: it cannot be put together any more."""
    row = Endpoint(id="planted", method="GET", path="/planted", summary="x", handler="nowhere:x", ability=ability)
    planted = attrs.evolve(BILLING, endpoints=(*BILLING.endpoints, row))
    with pytest.raises(ConfigurationError, match=r"endpoints\.planted\.ability") as refused:
        Table((KERNEL, planted, PROVISIONING))
    assert len(refused.value.faults) == 1, "all else is sound"


def test_a_body_without_a_sample_is_named() -> None:
    row = Endpoint(id="new", method="POST", path="/new", summary="new", handler="nowhere:new", body=NoQuery)
    with pytest.raises(AssertionError, match=r"the endpoint new takes a body: add a valid one"):
        sample_of(row, {})
