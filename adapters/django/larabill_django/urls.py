"""`path("billing/", include("larabill_django.urls"))`: a native route for each path of the endpoint table.

The routes carry no names but `openapi`: a client takes the paths from the document.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.urls import URLPattern, URLResolver, include, path, re_path

from larabill_core.errors import ConfigurationError
from larabill_core.http.endpoint import PARAMETER
from larabill_django.opening import sections
from larabill_django.views import endpoint, openapi_document, refused

app_name = "larabill"


def _routes() -> list[URLPattern | URLResolver]:
    try:
        found = sections()
    except ConfigurationError:
        # `manage.py check` tells the faults; a server started all the same must not look as if nothing were mounted
        return [re_path("", refused)]
    return [
        path("openapi.json", openapi_document, name="openapi"),
        *(route for name, templates in found.items() for route in _section(name, templates)),
    ]


def _section(name: str, templates: Sequence[str]) -> Iterator[URLPattern | URLResolver]:
    """Django tries one route after the other: most sections it passes over at once."""
    below = [template for template in templates if template != f"/{name}"]
    if len(below) < len(templates):
        yield path(name, endpoint, {"template": f"/{name}"})
    if below:
        yield path(f"{name}/", include([_below(name, template) for template in below]))


def _below(name: str, template: str) -> URLPattern:
    return path(PARAMETER.sub(r"<str:\1>", template).removeprefix(f"/{name}/"), endpoint, {"template": template})


urlpatterns = _routes()
