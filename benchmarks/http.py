"""What LaraBill's HTTP layer costs over the bare use case, in each host.

    python -m benchmarks.http --n 200 --rounds 9 --json

One invoice is read by GET, through each host, called as a server calls it, without a client or a socket. Beside it the
same application has a page of its own, with the same login, that calls the use case and answers with the same body:
what its developer would write without LaraBill's HTTP. All alternate in one process on one SQLite database. `over` is
the median over the rounds of the difference between the two, in milliseconds of CPU a request; the limit is 0.5.
`whole` is the difference to the use case alone, without any host: it holds what the framework itself costs.
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
from functools import partial
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

from benchmarks.sides.pages import PAGE, add_page
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
        read = reading(estate)
        sides: dict[str, tuple[Batch, Batch]] = {}
        for name, opens in HOSTS.items():
            host = stack.enter_context(opens(estate))
            if name != "alone":  # which is no framework, and has no pages
                add_page(name, host, estate, read)
            page = partial(repeated, read) if name == "alone" else _through(host, PAGE)
            sides[name] = page, _through(host, f"{host.prefix}/invoices/{estate.things['invoice']}")
        result = measure(partial(repeated, read), sides, n, rounds)
    if not only_json:
        for name, value in result.items():
            click.echo(f"{name:>16}  {value}", err=True)
    click.echo(json.dumps(result))


def measure(bare: Batch, sides: dict[str, tuple[Batch, Batch]], n: int, rounds: int) -> dict[str, float]:
    """Milliseconds of CPU a request: of the bare use case; over a page of the host's own; and over no host at all."""
    took: dict[tuple[str, int], list[float]] = {}
    batches = {("bare", 0): bare} | {(name, side): pair[side] for name, pair in sides.items() for side in (0, 1)}
    for batch in batches.values():
        batch(n // 4)
    for _ in range(rounds):
        for key, batch in batches.items():
            gc.collect()
            before = time.process_time()
            batch(n)
            took.setdefault(key, []).append((time.process_time() - before) * 1000 / n)
    alone = took["bare", 0]
    result = {"bare_ms": median(alone)}
    for name in sides:
        result[f"{name}_over_ms"] = _difference(took[name, 1], took[name, 0])
        result[f"{name}_whole_ms"] = _difference(took[name, 1], alone)
    return {name: round(value, 3) for name, value in result.items()}


def _difference(mine: list[float], other: list[float]) -> float:
    return median(one - two for one, two in zip(mine, other, strict=True))


def reading(estate: Estate) -> Callable[[], bytes]:
    """The use case in its transaction, and its answer encoded."""
    engine, actor = estate.engine, estate.principals["customer"]
    path = {"invoice": parse_public_id(estate.things["invoice"], "inv", "invoice")}
    call: Call[Any, None] = Call(actor=actor, seller_id=actor.seller_id, path=path, query=NoQuery(), body=None)

    def read() -> bytes:
        return engine.run(lambda tx: msgspec.json.encode(get_invoice(tx, call)), seller=actor.seller_id, actor=actor)

    return read


def repeated(read: Callable[[], bytes], n: int) -> None:
    """The use case, so many times."""
    for _ in range(n):
        read()


def _through(host: Host, path: str) -> Batch:
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
