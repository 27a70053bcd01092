"""`Larabill(app)`: what an application calls once, at its start."""

from __future__ import annotations

from threading import Lock
from typing import Any, Final

import flask

from larabill_core.access import Actor
from larabill_core.engine import Engine
from larabill_core.http.api import Api, Authorize
from larabill_core.http.table import Table
from larabill_core.kernel import KERNEL
from larabill_core.manifest import Manifest
from larabill_flask.command import group
from larabill_flask.routes import Principal, routes
from larabill_flask.settings import manifest_of, prefix_of

NAME: Final = "larabill"


class Larabill:
    """LaraBill in one or several applications. `engine`: one that is open already, in place of `LARABILL_CONFIG`.

    Otherwise the engine is opened when it is first used, so that `flask larabill migrate` can run before there are
    tables, and each process of a server has connections of its own.
    """

    def __init__(self, app: flask.Flask | None = None, engine: Engine | None = None) -> None:
        self._given = engine
        self._principal: Principal = _nobody
        self._authorize: Authorize | None = None
        if app is not None:
            self.init_app(app)

    def init_app(self, app: flask.Flask) -> None:
        """Add the routes under `LARABILL_URL_PREFIX` and the commands `flask larabill …`.

        Raises `ConfigurationError` with all faults of the settings, or of the manifest.
        """
        from larabill_sqlalchemy.opening import load_manifest

        prefix = prefix_of(app.config)
        manifest = load_manifest(manifest_of(app.config)) if self._given is None else self._given.manifest
        place = app.extensions[NAME] = _Place(manifest, self._given)
        table = Table((KERNEL, *manifest.modules))
        made = routes(table, lambda: place.api(self._authorize), lambda request: self._principal(request), NAME)
        app.register_blueprint(made, url_prefix=prefix)
        app.cli.add_command(group(lambda: self.engine))

    def principal(self, function: Principal) -> Principal:
        """Decorator for the function that says who asks: it gets Flask's request, and returns an `Actor`, or None.

        Without one, everybody is nobody.
        """
        self._principal = function
        return function

    def authorize(self, function: Authorize) -> Authorize:
        """Decorator for a function `(actor, ability) -> bool` that is asked in place of the manifest's roles."""
        self._authorize = function
        return function

    @property
    def engine(self) -> Engine:
        """The engine of the application that is current. Raises `ConfigurationError`, `DatabaseUnavailable`."""
        if self._given is not None:
            return self._given
        place: _Place = flask.current_app.extensions[NAME]
        return place.engine()

    def joined(self, connection: Any) -> Engine:
        """`engine.joined`: with Flask-SQLAlchemy `larabill.joined(db.session)`, inside the session's transaction."""
        return self.engine.joined(connection)


class _Place:
    """LaraBill in one application; engine and API are made once, at their first use."""

    def __init__(self, manifest: Manifest, engine: Engine | None) -> None:
        self._manifest = manifest
        self._engine = engine
        self._api: Api | None = None
        self._lock = Lock()

    def engine(self) -> Engine:
        from larabill_sqlalchemy import open_engine

        with self._lock:
            if self._engine is None:
                self._engine = open_engine(self._manifest)
            return self._engine

    def api(self, authorize: Authorize | None) -> Api:
        engine = self.engine()
        with self._lock:
            if self._api is None:
                self._api = Api(engine, authorize=authorize)
            return self._api


def _nobody(_request: flask.Request) -> Actor | None:
    return None
