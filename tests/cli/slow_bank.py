"""A central bank that does not answer until it is told to, so that the job that asks it is under way."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO

import attrs

RATES = b"CURRENCY,CURRENCY_DENOM,TIME_PERIOD,OBS_VALUE\r\nUSD,EUR,2026-01-28,1.0700\r\n"
LONGEST = 60


@attrs.frozen
class SlowBank:
    asked: threading.Event
    may_answer: threading.Event


@contextmanager
def slow_bank(manifest: Path) -> Iterator[SlowBank]:
    """The manifest names it: the schedules' first tick asks it for its rates."""
    bank = SlowBank(threading.Event(), threading.Event())

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            bank.asked.set()
            bank.may_answer.wait(LONGEST)
            self.send_response(200)
            self.send_header("Content-Length", str(len(RATES)))
            self.end_headers()
            self.wfile.write(RATES)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    account = f'driver = "ecb_rates"\nbase_url = "http://127.0.0.1:{server.server_port}"'
    with manifest.open("a", encoding="utf-8") as file:
        file.write(f'\n[drivers.ecb]\n{account}\n\n[billing.exchange]\nsource = "ecb"\naccount = "ecb"\n')
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield bank
    finally:
        bank.may_answer.set()
        server.shutdown()
        thread.join()
        server.server_close()


def read_until(lines: IO[str], words: str) -> str:
    """What a process says until it says these words; fails when it ends before."""
    said = ""
    for line in lines:
        said += line
        if words in line:
            return said
    raise AssertionError(f"it never said {words!r}: {said}")
