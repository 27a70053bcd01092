"""LaraBill in a Flask application: the HTTP API as routes of the host's own, and `flask larabill …`."""

from __future__ import annotations

from larabill_flask.extension import Larabill
from larabill_flask.routes import blueprint

__all__ = ["Larabill", "blueprint"]
