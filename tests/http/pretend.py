"""A module with endpoints of every sort, whose effects can be counted: what the dispatcher is tested with."""

from __future__ import annotations

from threading import Event
from typing import Any, Final

import attrs
import msgspec
from tests.conftest import OpenTestEngine

from larabill_billing.customers.model import NewSeller
from larabill_billing.module import MODULE as BILLING
from larabill_core.access import Actor
from larabill_core.engine import Engine
from larabill_core.errors import Conflict, RetryLater, StaleVersion, Unverified
from larabill_core.http.api import Api
from larabill_core.http.endpoint import Call, Document, Endpoint
from larabill_core.http.request import Request, Response
from larabill_core.jobs import NewJob
from larabill_core.module import Module

_HERE: Final = "tests.http.pretend"
EFFECT: Final = "core.purge_answers"
"""A thing is a job of this handler, so that a thing that was made can be counted."""


class NewThing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str


class Thing(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str
    version: int = 3


def _row(id: str, method: Any, path: str, **more: Any) -> Endpoint:
    values = {"summary": id, "ability": "things.write", "answer": Thing, "handler": f"{_HERE}:{id}", "scope": "own"}
    return Endpoint(id=id, method=method, path=path, **{**values, **more})


ENDPOINTS: Final = (
    _row("make_thing", "POST", "/things", body=NewThing, status=201),
    _row("read_thing", "GET", "/things/{thing}", ability="things.read"),
    _row("save_thing", "PUT", "/things/{thing}", body=NewThing, versioned=True),
    _row("drop_thing", "DELETE", "/things/{thing}", answer=None),
    _row("send_thing", "POST", "/things/{thing}/send", external=True, scope="seller"),
    _row("move_thing", "PUT", "/things/{thing}/place", external=True, versioned=True),
    _row("read_file", "GET", "/things/{thing}/file", ability="things.read", answer=Document),
    _row("sweep", "POST", "/sweep", scope="installation", answer=None, idempotent=True),
    _row("hear", "POST", "/hear/{gateway}", scope="public", ability="", raw=True, external=True),
)

inside, go_on = Event(), Event()
"""A request for a thing called "slow" says that it is inside, and waits."""


def make_thing(tx: Any, call: Call[Any, NewThing]) -> Thing:
    if call.body.name == "refused":
        raise Conflict("thing", "it may not be", "choose another")
    if call.body.name == "broken":
        raise RuntimeError("a fault of ours, with a secret in it")
    if call.body.name == "later":
        raise RetryLater("not now")
    tx.enqueue(NewJob(handler=EFFECT))
    if call.body.name == "slow":
        inside.set()
        go_on.wait(timeout=60)
    return Thing(id="1", name=call.body.name)


def read_thing(tx: Any, call: Call[Any, None]) -> Thing:
    return Thing(id=call.path["thing"], name="x")


def save_thing(tx: Any, call: Call[Any, NewThing]) -> Thing:
    if call.version != 3:
        raise StaleVersion("thing", call.path["thing"])
    return Thing(id=call.path["thing"], name=call.body.name, version=4)


def drop_thing(tx: Any, call: Call[Any, None]) -> None:
    tx.enqueue(NewJob(handler=EFFECT))


def move_thing(engine: Engine, call: Call[Any, None]) -> Thing:
    call.at_version("thing", call.path["thing"], 3)
    return Thing(id=call.path["thing"], name="moved", version=4)


def send_thing(engine: Engine, call: Call[Any, None]) -> Thing:
    return Thing(id=call.path["thing"], name="sent")


def read_file(tx: Any, call: Call[Any, None]) -> Document:
    return Document(content=b"%", media_type="text/plain", filename='a"b\r\nSet-Cookie: x=ü.txt')


def sweep(tx: Any, call: Call[Any, None]) -> None:
    return None


def hear(engine: Engine, call: Call[Any, None]) -> Thing:
    if call.raw == b"forged":
        raise Unverified("it is forged")
    return Thing(id=call.path["gateway"], name=str(len(call.raw)))


PRETEND: Final = Module(
    name="pretend",
    endpoints=ENDPOINTS,
    abilities=("things.read", "things.write"),
    customer_abilities=("things.read", "things.write"),
)


@attrs.frozen(kw_only=True)
class Pretended:
    """The dispatcher over the pretended module, with one seller, and who may be there."""

    engine: Engine
    api: Api
    staff: Actor
    customer: Actor

    @classmethod
    def open(cls, open_test_engine: OpenTestEngine, **basics: Any) -> Pretended:
        engine = open_test_engine(BILLING, PRETEND, settings={"billing": {}})
        manifest = attrs.evolve(engine.manifest, basics=attrs.evolve(engine.manifest.basics, **basics))
        engine.manifest = manifest
        seller = engine.billing.sellers.create(NewSeller(name="A", country="DE", currency="EUR")).id
        return cls(
            engine=engine,
            api=Api(engine),
            staff=Actor(kind="staff", id="s1", roles=("operator",), seller_id=seller),
            customer=Actor(kind="customer", id="c1", roles=("customer",), seller_id=seller, customer_id=seller),
        )

    def ask(self, method: str, template: str, *, actor: Actor | None, data: Any = None, **more: Any) -> Response:
        headers = {"content-type": "application/json"} if data is not None else {}
        values: dict[str, Any] = {
            "path": {name: "one" for name in ("thing", "gateway") if name in template},
            "query": "",
            "body": b"" if data is None else msgspec.json.encode(data),
            "host": "shop.test",
            "remote": "203.0.113.7",
        }
        headers |= more.pop("headers", {})
        return self.api.handle(
            Request(method=method, template=template, actor=actor, headers=headers, **{**values, **more})
        )

    def make(self, name: str, key: str, *, actor: Actor | None = None) -> Response:
        asks = actor or self.customer
        return self.ask("POST", "/things", actor=asks, data={"name": name}, headers={"idempotency-key": key})

    def effects(self) -> int:
        """How many things were made."""
        return sum(job.handler == EFFECT for job in self.engine.run(lambda tx: tx.jobs.list(limit=1000)))


def said(response: Response) -> Any:
    """The body, decoded."""
    return msgspec.json.decode(response.body)
