"""What becomes of a request: who, whether they may, how often; what is asked; once; and the answer.

The order is fixed, and nothing is read before it is due: size, principal, ability, rate, path, body, key, version,
guesses.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

import attrs

from larabill_core.access import Actor
from larabill_core.engine import Engine
from larabill_core.errors import Forbidden, LarabillError, StaleVersion
from larabill_core.http import decode, idempotency
from larabill_core.http.answers import answered, problem_response
from larabill_core.http.endpoint import JSON, Call, Endpoint
from larabill_core.http.limits import RateLimiter
from larabill_core.http.origin import require_own_origin
from larabill_core.http.problems import FieldError, HttpError, internal, problem_of
from larabill_core.http.request import LARGEST_BODY, Request, Response
from larabill_core.http.sellers import seller_of
from larabill_core.http.table import Table
from larabill_core.ids import new_id, public_id
from larabill_core.module import load_target
from larabill_core.ports.requests import Action

_log = logging.getLogger(__name__)

Authorize = Callable[[Actor, str], bool]


class Api:
    """The endpoints of the modules that are on. `authorize`, where a host brings it, is asked in place of the roles.

    Raises `ConfigurationError` with all faults of the table.
    """

    def __init__(self, engine: Engine, *, authorize: Authorize | None = None) -> None:
        self.engine: Final = engine
        self.table: Final = Table(engine.modules)
        self._allows: Authorize = engine.access.allows if authorize is None else authorize
        self._limiter = RateLimiter(engine.manifest.basics.rate_limits)
        self._handlers: dict[str, Callable[..., Any]] = {}

    def handle(self, request: Request) -> Response:
        """The answer to a request, whatever it is; never raises. HEAD is answered like GET, without the body."""
        response = self._answer(attrs.evolve(request, method="GET") if request.method == "HEAD" else request)
        return attrs.evolve(response, body=b"") if request.method == "HEAD" else response

    def _answer(self, request: Request) -> Response:
        request_id = public_id("req", new_id())
        limits: Mapping[str, str] = {}
        try:
            if request.method == "OPTIONS":
                response = Response(status=204, headers={"Allow": self._allowed(request)}, body=b"")
            else:
                endpoint = self._endpoint(request)
                self._permit(endpoint, request)
                if endpoint.verifies:
                    response = self._hear(endpoint, request, request_id)
                else:
                    limits = self._limiter.hit(request.actor, request.remote)
                    response = self._carry_out(endpoint, request, request_id)
        except LarabillError as error:
            if problem_of(error, request_id).code == "internal":
                _log.error("request %s failed: %s", request_id, type(error).__name__, exc_info=error)
            response = problem_response(error, request_id)
        except Exception as error:
            _log.exception("request %s failed: %s", request_id, type(error).__name__)
            response = problem_response(internal(request_id), request_id)
        fixed = {"X-Request-Id": request_id, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
        return Response(status=response.status, headers={**limits, **response.headers, **fixed}, body=response.body)

    def _endpoint(self, request: Request) -> Endpoint:
        endpoint = self.table.methods(request.template).get(request.method)
        if endpoint is None:
            headers = (("Allow", self._allowed(request)),)
            raise HttpError(405, "method-not-allowed", f"{request.method} is not possible here", headers=headers)
        return endpoint

    def _allowed(self, request: Request) -> str:
        methods = set(self.table.methods(request.template))
        return ", ".join(sorted(methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())))

    def _permit(self, endpoint: Endpoint, request: Request) -> None:
        """Raises `HttpError` 401 for nobody, `Forbidden`, and 413 for a body that is too large."""
        if len(request.body) > LARGEST_BODY:
            raise HttpError(413, "too-large", f"the body is larger than {LARGEST_BODY} bytes")
        if endpoint.scope == "public":
            return
        actor = request.actor
        if actor is None:
            raise HttpError(401, "unauthenticated", "log in first", headers=(("WWW-Authenticate", "Bearer"),))
        if endpoint.changes:
            require_own_origin(request)
        if endpoint.scope != "own" and actor.kind == "customer":
            raise Forbidden(endpoint.ability, str(actor))
        if self._allows(actor, endpoint.ability) is not True:
            raise Forbidden(endpoint.ability, str(actor))

    def _hear(self, endpoint: Endpoint, request: Request, request_id: str) -> Response:
        """What is believed is never too much, whatever else comes from that address: what is refused is counted."""
        try:
            return self._carry_out(endpoint, request, request_id)
        except LarabillError:
            self._limiter.hit(None, request.remote)
            raise

    def _carry_out(self, endpoint: Endpoint, request: Request, request_id: str) -> Response:
        call = self._call(endpoint, request, seller_of(self.engine, endpoint, request))
        key = idempotency.key_of(endpoint, request)
        call = attrs.evolve(call, version=version_of(endpoint, request))
        guesses = guesses_in(endpoint, call)
        if not guesses:
            return self._once(endpoint, request, call, key, request_id)
        self._limiter.guess(request.actor, request.remote, guesses)
        response = self._once(endpoint, request, call, key, request_id)
        if response.status < 400:
            self._limiter.give_back(request.actor, request.remote, guesses)
        return response

    def _once(
        self, endpoint: Endpoint, request: Request, call: Call[Any, Any], key: str | None, request_id: str
    ) -> Response:
        if key is None:
            return self._run(endpoint, call, request_id, None)
        claimed = self.engine.run(lambda tx: idempotency.claim(tx, endpoint, request, key))
        if isinstance(claimed, Response):
            return claimed
        try:
            return self._run(endpoint, call, request_id, claimed)
        except LarabillError as error:
            self._keep_refusal(claimed, problem_response(error, request_id))
            raise
        except BaseException:
            self.engine.run(lambda tx: tx.answers.release(claimed.principal, claimed.key, claimed.id))
            raise

    def _keep_refusal(self, claimed: idempotency.Claim, response: Response) -> None:
        """A refusal is an answer too; after a fault of ours the key is free again."""
        if response.status >= 500:
            self.engine.run(lambda tx: tx.answers.release(claimed.principal, claimed.key, claimed.id))
        else:
            self.engine.run(lambda tx: idempotency.finish(tx, claimed, response))

    def _run(
        self, endpoint: Endpoint, call: Call[Any, Any], request_id: str, claimed: idempotency.Claim | None
    ) -> Response:
        """In one transaction: the effect, what staff did, and the answer that is kept."""
        handler = self._handler(endpoint)

        def act(tx: Any) -> Response:
            response = answered(endpoint, handler(tx, call))
            self._settle(tx, endpoint, call, request_id, claimed, response)
            return response

        try:
            if not endpoint.external:
                return self.engine.run(act, seller=call.seller_id, actor=call.actor)
            response = answered(endpoint, handler(self.engine, call))
        except StaleVersion as problem:
            raise HttpError(412, problem.code, str(problem)) if endpoint.versioned else problem from None
        self.engine.run(
            lambda tx: self._settle(tx, endpoint, call, request_id, claimed, response), seller=call.seller_id
        )
        return response

    def _settle(
        self,
        tx: Any,
        endpoint: Endpoint,
        call: Call[Any, Any],
        request_id: str,
        claimed: idempotency.Claim | None,
        response: Response,
    ) -> None:
        if endpoint.changes and call.actor.kind == "staff":
            subject = " ".join(str(value) for value in call.path.values())
            tx.actions.add(
                Action(
                    id=new_id(),
                    seller_id=call.seller_id,
                    at=tx.now,
                    actor=str(call.actor),
                    action=endpoint.id,
                    subject=subject,
                    request_id=request_id,
                )
            )
        if claimed is not None:
            idempotency.finish(tx, claimed, response)

    def _handler(self, endpoint: Endpoint) -> Callable[..., Any]:
        handler = self._handlers.get(endpoint.id)
        if handler is None:
            handler = self._handlers[endpoint.id] = load_target(endpoint.handler)
        return handler

    def _call(self, endpoint: Endpoint, request: Request, seller: UUID | None) -> Call[Any, Any]:
        path = decode.path_values(endpoint, request.path)
        query = decode.read_query(endpoint.query, request.query)
        body = None
        if endpoint.body is not None:
            require_json(request)
            body = decode.read_body(endpoint.body, request.body)
        elif request.body and not endpoint.raw:
            raise HttpError(400, "malformed", "this takes no body")
        return Call(
            actor=request.actor or NOBODY,
            seller_id=seller,
            path=path,
            query=query,
            body=body,
            raw=request.body,
            headers=request.headers,
            flooded=endpoint.verifies and self._limiter.is_spent(request.remote),
        )


NOBODY: Final = Actor(kind="gateway", id="unknown")
"""Who calls a public endpoint."""


def guesses_in(endpoint: Endpoint, call: Call[Any, Any]) -> int:
    """How many codes a customer tries, which could be guessed."""
    if not endpoint.guessed or call.actor.kind != "customer":
        return 0
    codes = getattr(call.body, endpoint.guessed)
    return 1 if isinstance(codes, str) else len(codes)


def require_json(request: Request) -> None:
    """Raises `HttpError` 415 for a body that does not say it is JSON: a form of a foreign page cannot (B31)."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != JSON:
        raise HttpError(415, "unsupported-media-type", f"send the body as {JSON}")


def version_of(endpoint: Endpoint, request: Request) -> int | None:
    """The version that `If-Match` names. Raises `HttpError` 428 when it is missing, 412 when it cannot be one."""
    if not endpoint.versioned:
        return None
    given = request.headers.get("if-match")
    if given is None:
        fault = FieldError(header="If-Match", detail="is missing", remedy="send the ETag of what you read")
        raise HttpError(428, "precondition-required", "say which version is to be changed", (fault,))
    text = given.strip()
    if len(text) < 12 and text.startswith('"') and text.endswith('"') and text[1:-1].isascii() and text[1:-1].isdigit():
        return int(text[1:-1])
    raise HttpError(412, "stale-version", "that is no version of this")
