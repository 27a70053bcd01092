"""Where the project has LaraBill, its admin, and a page of its own."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def hello(request: HttpRequest) -> HttpResponse:
    """The project's own page."""
    return HttpResponse("hello")


urlpatterns = [
    path("", hello),
    path("billing/", include("larabill_django.urls")),
    path("admin/", admin.site.urls),
]
