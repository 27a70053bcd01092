"""In a FastAPI application: what goes in comes to us unchanged, and what we answer goes out unchanged."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Depends, FastAPI, Header
from openapi_spec_validator import validate
from pydantic import BaseModel
from starlette.testclient import TestClient
from tests.billing.market import Market, open_market
from tests.http import held
from tests.http.serving import serving

from larabill_core.access import Actor
from larabill_core.errors import ConfigurationError
from larabill_core.http.api import Api
from larabill_core.http.openapi import openapi
from larabill_core.http.request import LARGEST_BODY
from larabill_core.ids import public_id
from larabill_core.jobs import JobStatus, NewJob
from larabill_fastapi import larabill_lifespan, larabill_openapi, larabill_router

__all__ = ["open_market"]


class Host:
    """An application of somebody else's, whose login is a header."""

    def __init__(self, market: Market, **more: Any) -> None:
        self.actors = {
            "ada": Actor(
                kind="customer", id="ada", roles=("customer",), seller_id=market.seller, customer_id=market.customer
            ),
            "clerk": Actor(kind="staff", id="clerk", roles=("operator",), seller_id=market.seller),
        }
        self.router = larabill_router(market.engine, principal=Depends(self.caller), prefix="/billing", **more)
        self.app = FastAPI(lifespan=larabill_lifespan(market.engine, worker=False))
        self.app.include_router(self.router)

    def caller(self, x_user: Annotated[str, Header()] = "") -> Actor | None:
        return self.actors.get(x_user)


@pytest.fixture
def host(market: Market) -> Host:
    return Host(market)


@pytest.fixture
def client(host: Host) -> Iterator[TestClient]:
    with TestClient(host.app) as client:
        yield client


ADA = {"x-user": "ada"}


def test_a_customer_is_who_the_host_says(client: TestClient, market: Market) -> None:
    market.pay_order()
    assert client.get("/billing/invoices").status_code == 401
    found = client.get("/billing/invoices", headers=ADA)
    assert (found.status_code, found.headers["content-type"]) == (200, "application/json")
    one = found.json()["items"][0]
    whole = client.get(f"/billing/invoices/{one['id']}", headers=ADA)
    assert (whole.json()["number"], len(whole.json()["lines"])) == (one["number"], 2)
    document = client.get(f"/billing/invoices/{one['id']}/document", headers=ADA)
    assert document.headers["content-type"] == "text/html; charset=utf-8"
    assert document.headers["content-disposition"].startswith("attachment")


def test_problems_are_ours_and_not_fastapis(client: TestClient) -> None:
    wrong = client.get("/billing/invoices?limit=many&colour=red", headers=ADA)
    assert (wrong.status_code, wrong.headers["content-type"]) == (422, "application/problem+json")
    assert {fault["parameter"] for fault in wrong.json()["errors"]} == {"limit", "colour"}
    assert client.delete("/billing/invoices", headers=ADA).headers["allow"] == "GET, HEAD, OPTIONS"
    assert client.request("TRACE", "/billing/invoices").json()["code"] == "method-not-allowed"


def test_other_paths_are_the_hosts(client: TestClient) -> None:
    missing = client.get("/billing/nothing", headers=ADA)
    assert (missing.status_code, missing.json()) == (404, {"detail": "Not Found"})


def test_head_is_get_without_the_body(client: TestClient) -> None:
    head = client.head("/billing/invoices", headers=ADA)
    assert (head.status_code, head.content) == (200, b"")
    assert client.options("/billing/invoices").headers["allow"] == "GET, HEAD, OPTIONS"


def test_a_body_is_read_no_further_than_shows_that_it_is_too_large(host: Host) -> None:
    """Chunk by chunk, as a server hands it over: what comes after the limit is never asked for (B14)."""
    chunk, asked = b"x" * 65_536, []

    async def chunks() -> AsyncIterator[bytes]:
        for number in range(1000):
            asked.append(number)
            yield chunk

    async def send() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(host.app), base_url="http://shop.test") as client:
            return await client.request("GET", "/billing/invoices", headers=ADA, content=chunks())

    answer = asyncio.run(send())
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
    assert len(asked) == LARGEST_BODY // len(chunk) + 1


def test_a_header_that_is_sent_twice_comes_as_one(market: Market) -> None:
    host = Host(market)
    market.pay_order()
    twice = [("x-user", "clerk"), ("larabill-seller", public_id("sel", market.seller)), ("larabill-seller", "sel_x")]
    with TestClient(host.app) as client:
        assert client.get("/billing/invoices", headers=twice).status_code == 404


def test_the_host_may_decide_who_may(market: Market) -> None:
    asked: list[str] = []

    def authorize(actor: Actor, ability: str) -> bool:
        asked.append(ability)
        return False

    with TestClient(Host(market, authorize=authorize).app) as client:
        assert client.get("/billing/invoices", headers=ADA).status_code == 403
    assert asked == ["invoices.read"]


def test_a_principal_that_is_no_dependency_is_refused(market: Market) -> None:
    """FastAPI would read it from the query: anyone could say who they are."""
    with pytest.raises(ConfigurationError, match="Depends"):
        larabill_router(market.engine, principal=lambda: None)


def test_the_document_is_served_to_everybody(client: TestClient, market: Market) -> None:
    served = client.get("/billing/openapi.json").json()
    ours = openapi(Api(market.engine).table, version=served["info"]["version"], prefix="/billing")
    assert served["paths"].keys() == ours["paths"].keys()
    assert served["components"]["schemas"].keys() == ours["components"]["schemas"].keys()
    validate(served)


class Money(BaseModel):
    """The host's own, with another shape than ours."""

    cents: int


def test_our_operations_stand_in_the_hosts_document_beside_its_own(host: Host) -> None:
    @host.app.get("/price")
    def price() -> Money:
        return Money(cents=1)

    larabill_openapi(host.app, host.router)
    with TestClient(host.app) as client:
        document = client.get("/openapi.json").json()
        assert client.get("/docs").status_code == 200
    validate(document)
    operation = document["paths"]["/billing/invoices"]["get"]
    assert operation["operationId"] == "larabill_list_invoices"
    assert operation["security"][0].keys() <= document["components"]["securitySchemes"].keys()
    schemas = document["components"]["schemas"]
    assert (set(schemas["Money"]["properties"]), set(schemas["LarabillMoney"]["properties"])) == (
        {"cents"},
        {"amount", "currency"},
    )
    assert set(document["paths"]) == {"/price", *host.router.document["paths"]}
    assert host.app.openapi() == document


def test_a_route_of_the_hosts_at_one_of_our_paths_is_told(host: Host) -> None:
    @host.app.get("/billing/invoices")
    def mine() -> None: ...

    larabill_openapi(host.app, host.router)
    with pytest.raises(ConfigurationError, match="/billing/invoices"):
        host.app.openapi()


def test_the_worker_lives_as_long_as_the_application(market: Market) -> None:
    """Within a lifespan of the host's own."""
    seen: list[str] = []

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with larabill_lifespan(market.engine)(app):
            seen.append("up")
            yield
        seen.append("down")

    def workers() -> list[str]:
        return [thread.name for thread in threading.enumerate() if thread.name == "larabill-worker"]

    with TestClient(FastAPI(lifespan=lifespan)):
        assert (seen, len(workers())) == (["up"], 1)
    assert (seen, workers()) == (["up", "down"], [])


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_the_job_under_way_is_finished_before_a_server_ends(open_market: Callable[..., Market]) -> None:
    """The event loop is free meanwhile: it lets the job go, which whoever does not wait would not see."""
    market = open_market(provisioning=held.make_module())
    market.run(lambda tx: tx.enqueue(NewJob(handler=held.NAME)))
    left: list[JobStatus] = []

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with larabill_lifespan(market.engine)(app):
            yield
            asyncio.get_running_loop().call_soon(held.may_end.set)
        left.extend(job.status for job in market.jobs(held.NAME))

    with serving(FastAPI(lifespan=lifespan)):
        assert held.under_way.wait(timeout=20)
    assert left == [JobStatus.DONE]


def test_over_a_real_server(host: Host, market: Market) -> None:
    market.pay_order()
    with serving(host.app) as url, httpx.Client(base_url=url, trust_env=False) as client:
        found = client.get("/billing/invoices", headers=ADA)
        assert (found.status_code, len(found.json()["items"])) == (200, 1)
        assert client.get("/billing/invoices/%2e%2e%2fetc", headers=ADA).status_code == 404
        assert client.get("/billing/invoices/inv_1%0a", headers=ADA).json()["code"] == "not-found"
