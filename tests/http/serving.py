"""A real server on loopback."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI
from tests.http.hosts.host import Host
from werkzeug.serving import make_server


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """uvicorn on a free port of loopback."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def listening(host: Host) -> Iterator[str]:
    """A server of the host's kind; below which URL LaraBill is mounted."""
    if host.kind == "asgi":
        with serving(host.app) as url:
            yield url + host.prefix
        return
    server = make_server("127.0.0.1", 0, host.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{host.prefix}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
