"""A pretended provider behind HTTP: routes over a `FakeWorld`, and every way in which a real one goes wrong.

A request is counted, compared with the provider's schema, let through or broken by a fault, and carried out in one
transaction of the world. The same object is a WSGI application for a socket (`serving`) and, by `InProcess`, a
transport for httpx in the same process.
"""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar, Literal, Protocol, TypeAlias
from urllib.parse import parse_qs, unquote

import attrs

from larabill_core.clock import Clock
from larabill_drivers.strict_json import LARGEST_BODY, decode_object
from larabill_drivers.world import FakeWorld, Fault, LoggedCall, Thing, WorldTx

End: TypeAlias = Literal["whole", "cut", "hang", "drip"]
Environ: TypeAlias = Mapping[str, Any]

_LOGIN_PAGE = b"<!DOCTYPE html><html><head><title>Please log in</title></head><body></body></html>"


@attrs.frozen(kw_only=True)
class Request:
    """What the provider is asked. `headers` in lower case, `query` with every value of a name."""

    method: str
    path: str
    query: Mapping[str, Sequence[str]] = attrs.field(factory=dict)
    headers: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    body: bytes = attrs.field(default=b"", repr=False)

    @cached_property
    def json(self) -> dict[str, Any]:
        """The object in the body; empty when there is none. Raises `InvalidInput`."""
        return decode_object(self.body) if self.body.strip() else {}

    @cached_property
    def form(self) -> dict[str, str]:
        """The last value of each field of a form."""
        fields = parse_qs(self.body.decode(), keep_blank_values=True, strict_parsing=bool(self.body))
        return {name: values[-1] for name, values in fields.items()}

    def first(self, name: str, default: str = "") -> str:
        """The first value in the query."""
        return next(iter(self.query.get(name, ())), default)


@attrs.frozen(kw_only=True)
class Reply:
    """What the provider answers: `body` is JSON, None for no body at all."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class Wire:
    """What really goes over the wire: `body`, announced in full, comes as `end` says; `sent` bytes of a cut one."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    end: End = "whole"
    sent: int = 0


class Schema(Protocol):
    """The provider's own description of its API."""

    def request_faults(self, request: Request) -> list[str]:
        """What of a request is not as described: path, method, parameters, body, unknown fields."""
        ...

    def reply_faults(self, request: Request, reply: Reply) -> list[str]:
        """What of an answer is not as described."""
        ...


class FakeApi(ABC):
    """Inherit it: give `routes`, a method for each, and the provider's own forms of saying no.

    `routes` maps "METHOD /path/{name}" to a method `(tx, request, **names) -> Reply`. `counts` says how often each
    was asked; `asked` in which order, and `lengths` with how many bytes it was answered; `misfits` what was sent
    against the schema; `untrue` what the fake itself answered against it.
    """

    name: ClassVar[str]
    routes: ClassVar[Mapping[str, str]]
    prefix: ClassVar[str] = ""

    def __init__(self, world: FakeWorld, *, clock: Clock, schema: Schema | None = None) -> None:
        self.world = world
        self.clock = clock
        self.counts: Counter[str] = Counter()
        self.asked: list[str] = []
        self.lengths: list[int] = []
        self.misfits: list[str] = []
        self.untrue: list[str] = []
        self._schema = schema
        self._armed: dict[int, Fault] = {}
        self._routes = [_Route.parse(pattern, self.prefix, name) for pattern, name in self.routes.items()]

    # What a provider says in its own words

    def login(self, request: Request) -> Reply | None:
        """How a request without the right credentials is refused; None lets it in."""
        return None

    def bad_request(self, faults: Sequence[str]) -> Reply:
        """The answer to what does not fit."""
        return Reply(status=422, body={"errors": [*faults]})

    def no_such_path(self) -> Reply:
        return Reply(status=404, body={"message": "not found"})

    def refusal(self) -> Reply:
        """A definite no, as the provider says it: nothing happened."""
        return self.bad_request(["refused"])

    def refusal_inside(self) -> Reply:
        """A definite no under HTTP 200, where the provider has that; else as `refusal`."""
        return self.refusal()

    def server_error(self, status: int) -> Reply:
        return Reply(status=status, body={"message": "server error"})

    def too_many(self, fault: Fault) -> Reply:
        after = fault.retry_after
        headers = {} if after is None else {"Retry-After": str(int(after.total_seconds()))}
        return Reply(status=429, body={"message": "Too Many Attempts."}, headers=headers)

    # What tests look at and do

    @abstractmethod
    def standing(self) -> list[str]:
        """The refs of the resources that stand, each as often as it stands; "" for one that carries none."""

    def arm(self, fault: Fault, *, after: int = 0) -> None:
        """Let this go wrong once, after so many requests from now on that go well."""
        self._armed[len(self.asked) + after] = fault

    def disarm(self) -> None:
        """What was armed and not reached goes wrong no more."""
        self._armed.clear()

    def things(self, kind: str) -> list[Any]:
        """What stands, in the order of its making."""
        with self.world.transaction() as tx:
            return tx.things(kind, account=self.name)

    @abstractmethod
    def things_of(self, tx: WorldTx, ref: str) -> list[Thing]:
        """The resources that carry `ref`, for tests that take them away."""

    # How it answers

    def respond(self, request: Request) -> Wire:
        """One request, from its first byte to the last of its answer."""
        wire = self._respond(request)
        self.lengths.append(len(wire.body))
        return wire

    def _respond(self, request: Request) -> Wire:
        route, names = self._find(request)
        endpoint = route.endpoint if route else f"{request.method} {request.path}"
        self.counts[endpoint] += 1
        self.asked.append(endpoint)
        faults = self._schema.request_faults(request) if self._schema else []
        self.misfits += [f"{endpoint}: {fault}" for fault in faults]
        if route is None:
            return _wire(self.no_such_path())
        refused = self.login(request) or (self.bad_request(faults) if faults else None)
        if refused is not None:
            return _wire(refused)
        handler = getattr(self, route.handler)
        call = LoggedCall(account=self.name, method=endpoint, ref="", key="", phase="asked")
        fault, reply = self.world.serve(
            call, lambda tx: self._carry_out(tx, handler, request, names), self._armed.pop(len(self.asked) - 1, None)
        )
        if reply is not None and self._schema is not None:
            self.untrue += [f"{endpoint}: {each}" for each in self._schema.reply_faults(request, reply)]
        return _wire(reply or Reply()) if fault is None else self._broken(fault, reply)

    def _carry_out(self, tx: WorldTx, handler: Callable[..., Reply], request: Request, names: Any) -> Reply:
        return handler(tx, request, **names)

    def _find(self, request: Request) -> tuple[_Route | None, Mapping[str, str]]:
        best: tuple[_Route | None, Mapping[str, str]] = None, {}
        for route in self._routes:
            found = route.match(request) if route.method == request.method else None
            if found is not None and (best[0] is None or len(found) < len(best[1])):
                best = route, found
        return best

    def _broken(self, fault: Fault, reply: Reply | None) -> Wire:
        """`reply` as it arrives after `fault`; None when the request was not carried out."""
        whole = _wire(reply if reply is not None else self.server_error(500))
        match fault.what:
            case "timeout":
                return attrs.evolve(whole, end="hang")
            case "cut":
                return attrs.evolve(whole, end="cut", sent=min(fault.at, max(len(whole.body) - 1, 0)))
            case "drip":
                return attrs.evolve(whole, end="drip")
            case "server_error":
                return _wire(self.server_error(fault.status))
            case "html":
                return Wire(status=200, headers={"Content-Type": "text/html"}, body=_LOGIN_PAGE)
            case "oversized":
                return _wire(Reply(body={"padding": "x" * LARGEST_BODY}))
            case "rate_limited":
                return _wire(self.too_many(fault))
            case "refused":
                return _wire(self.refusal())
            case "inside":
                return _wire(self.refusal_inside())
            case "hostile":
                return attrs.evolve(
                    whole, body=json.dumps(_spoilt(json.loads(whole.body or b"{}"), fault.body)).encode()
                )
            case _:
                raise ValueError(f"a provider behind HTTP cannot {fault.what}")

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """As a WSGI application."""
        from larabill_drivers.world.serving import answer_wsgi

        return answer_wsgi(self, environ, start_response)


@attrs.frozen
class _Route:
    method: str
    endpoint: str
    pattern: re.Pattern[str]
    handler: str

    @classmethod
    def parse(cls, text: str, prefix: str, handler: str) -> _Route:
        method, _, path = text.partition(" ")
        parts = re.split(r"\{(\w+)\}", prefix + path)
        named = "".join(f"(?P<{part}>[^/]+)" if index % 2 else re.escape(part) for index, part in enumerate(parts))
        return cls(method, text, re.compile(named), handler)

    def match(self, request: Request) -> Mapping[str, str] | None:
        found = self.pattern.fullmatch(request.path)
        return None if found is None else {name: unquote(value) for name, value in found.groupdict().items()}


def _wire(reply: Reply) -> Wire:
    body = b"" if reply.body is None else json.dumps(reply.body).encode()
    kind = {"Content-Type": "application/json"} if body else {}
    return Wire(status=reply.status, headers={**kind, **reply.headers}, body=body)


def _spoilt(value: Any, by: Any) -> Any:
    """Every leaf replaced."""
    if isinstance(value, dict):
        return {name: _spoilt(each, by) for name, each in value.items()}
    if isinstance(value, list):
        return [_spoilt(each, by) for each in value]
    return by
