"""`larabill serve`: the HTTP API for people without a host of their own."""

from __future__ import annotations

import importlib.util
import ipaddress
import logging

import click

from larabill_cli.logs import log_to_stderr
from larabill_cli.session import Session, json_option, pass_session
from larabill_core.errors import ConfigurationError

log = logging.getLogger("larabill.serve")


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Where to listen.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--no-worker", is_flag=True, help="Carry out no jobs: `larabill worker` runs beside.")
@json_option
@pass_session
def serve(session: Session, host: str, port: int, no_worker: bool) -> None:
    """Serve the HTTP API, for callers with a token of `larabill tokens create`; and carry out jobs.

    The API is described at /openapi.json. Tokens travel as they are: off this machine, put a proxy with TLS before it.
    SIGTERM or Ctrl-C: requests and jobs under way are finished, then it stops.
    """
    for package in ("fastapi", "uvicorn"):
        if importlib.util.find_spec(package) is None:
            raise ConfigurationError.one(package, "is not installed", remedy="pip install 'larabill[fastapi]'")
    import uvicorn

    from larabill_fastapi.serving import make_app

    log_to_stderr("larabill", "uvicorn", as_json=session.json)
    if not _is_loopback(host):
        log.warning("listening on %s: let only a proxy with TLS reach it, since tokens travel as they are", host)
    app = make_app(session.engine, worker=not no_worker)
    uvicorn.run(app, host=host, port=port, log_config=None, server_header=False)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
