"""`path("billing/", include("larabill_django.urls"))`: a native route for each path of the endpoint table.

The routes carry no names but `openapi`: a client takes the paths from the document.
"""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from larabill_core.errors import ConfigurationError
from larabill_core.http.endpoint import PARAMETER
from larabill_django.opening import paths
from larabill_django.views import endpoint, openapi_document, refused

app_name = "larabill"


def _routes() -> list[URLPattern]:
    try:
        templates = list(paths())
    except ConfigurationError:
        # `manage.py check` tells the faults; a server started all the same must not look as if nothing were mounted
        return [re_path("", refused)]
    return [
        path("openapi.json", openapi_document, name="openapi"),
        *(path(_route(template), endpoint, {"template": template}) for template in templates),
    ]


def _route(template: str) -> str:
    """In Django's words."""
    return PARAMETER.sub(r"<str:\1>", template).lstrip("/")


urlpatterns = _routes()
