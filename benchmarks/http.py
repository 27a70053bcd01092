"""What HTTP costs over the bare use case, in each host.

    python -m benchmarks.http --n 200 --rounds 9 --json

One invoice is read: by the use case alone, in its transaction and encoded, and by GET through each host, called as a
server calls it, without a client or a socket. They alternate in one process on one SQLite database; what is told is
the median over the rounds of the difference, in milliseconds of CPU a request. The limit is 0.5. `serve` also looks up
the token, in a transaction of its own, which is its login and not the layer's.
"""

from __future__ import annotations

import asyncio
import gc
import io
import json
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any, Final

import click
import msgspec

if not __package__:
    sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.http.estate import Estate, build
from tests.http.hosts import HOSTS
from tests.http.hosts.host import ADDRESS, NAME, Host

from larabill_billing.invoicing.endpoints import get_invoice
from larabill_core.http.endpoint import Call, NoQuery
from larabill_core.ids import parse_public_id

LIMIT: Final = 0.5
"""Milliseconds of CPU a request."""
Batch = Callable[[int], None]


@click.command()
@click.option("--n", default=200, show_default=True, help="Requests of each side in a round.")
@click.option("--rounds", default=9, show_default=True)
@click.option("--json", "only_json", is_flag=True, help="Nothing but the JSON object.")
def main(n: int, rounds: int, only_json: bool) -> None:
    """Measure and print one JSON object as the last line."""
    with tempfile.TemporaryDirectory() as folder, build(Path(folder)) as estate, ExitStack() as stack:
        sides = {"bare": _bare(estate)}
        for name, opens in HOSTS.items():
            sides[name] = _through(stack.enter_context(opens(estate)), estate)
        result = measure(sides, n, rounds)
    if not only_json:
        for name, value in result.items():
            click.echo(f"{name:>12}  {value}", err=True)
    click.echo(json.dumps(result))


def measure(sides: dict[str, Batch], n: int, rounds: int) -> dict[str, float]:
    """Milliseconds of CPU a request: of the bare use case, and over it in each host."""
    for side in sides.values():
        side(n // 4)
    took: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, side in sides.items():
            gc.collect()
            before = time.process_time()
            side(n)
            took[name].append((time.process_time() - before) * 1000 / n)
    over = {
        name: median(mine - bare for mine, bare in zip(found, took["bare"], strict=True))
        for name, found in took.items()
        if name != "bare"
    }
    return {"bare_ms": round(median(took["bare"]), 3), **{f"{name}_over_ms": round(ms, 3) for name, ms in over.items()}}


def _bare(estate: Estate) -> Batch:
    engine, actor = estate.engine, estate.principals["customer"]
    path = {"invoice": parse_public_id(estate.things["invoice"], "inv", "invoice")}
    call: Call[Any, None] = Call(actor=actor, seller_id=actor.seller_id, path=path, query=NoQuery(), body=None)

    def batch(n: int) -> None:
        for _ in range(n):
            engine.run(lambda tx: msgspec.json.encode(get_invoice(tx, call)), seller=actor.seller_id, actor=actor)

    return batch


def _through(host: Host, estate: Estate) -> Batch:
    path = f"{host.prefix}/invoices/{estate.things['invoice']}"
    token = f"Bearer {host.tokens['customer']}"
    return _wsgi(host.app, path, token) if host.kind == "wsgi" else _asgi(host.app, path, token)


def _wsgi(app: Any, path: str, token: str) -> Batch:
    environ = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": NAME,
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": NAME,
        "HTTP_AUTHORIZATION": token,
        "REMOTE_ADDR": ADDRESS,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    statuses: list[str] = []

    def batch(n: int) -> None:
        for _ in range(n):
            answer = app({**environ, "wsgi.input": io.BytesIO()}, lambda status, *_: statuses.append(status))
            b"".join(answer)
            getattr(answer, "close", lambda: None)()
        if {status[:3] for status in statuses} != {"200"}:
            raise AssertionError(statuses[-1])
        statuses.clear()

    return batch


def _asgi(app: Any, path: str, token: str) -> Batch:
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(b"host", NAME.encode()), (b"authorization", token.encode())],
        "client": (ADDRESS, 50_000),
        "server": (NAME, 80),
    }
    loop = asyncio.new_event_loop()
    statuses: list[int] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    async def many(n: int) -> None:
        for _ in range(n):
            answer: Awaitable[None] = app({**scope, "state": {}}, receive, send)
            await answer

    def batch(n: int) -> None:
        loop.run_until_complete(many(n))
        if set(statuses) != {200}:
            raise AssertionError(statuses[-1])
        statuses.clear()

    return batch


if __name__ == "__main__":
    main()
