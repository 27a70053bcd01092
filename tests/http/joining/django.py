"""A Django project: a view in `atomic()`, and one in the transaction that ATOMIC_REQUESTS opens."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial

import attrs
import sqlalchemy as sa
from django.db import connections, models, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path
from tests.billing.market import Market
from tests.http.django.conftest import use_database
from tests.http.hosts.django import mounted
from tests.http.joining.host import CARTS, End, JoiningHost, Step, take

from larabill_django import joined


class Cart(models.Model):
    name = models.CharField(max_length=20)

    class Meta:
        app_label = "shop"
        managed = False
        db_table = CARTS.name


@attrs.frozen
class DjangoHost:
    client: Client
    ends_that_keep_nothing: tuple[End, ...] = ("rollback",)

    def ask(self, *steps: Step, end: End = "commit") -> int:
        asked = {"steps": steps, "end": end}
        status: int = self.client.post("/work", asked, content_type="application/json").status_code
        return status


@contextmanager
def open_django(market: Market, url: sa.URL, *, whole_requests: bool = False) -> Iterator[JoiningHost]:
    def work(request: HttpRequest) -> HttpResponse:
        asked = json.loads(request.body)
        block: AbstractContextManager[None] = nullcontext() if whole_requests else transaction.atomic()
        with block:
            take(asked["steps"], market, joined, lambda: Cart.objects.create(name="mine"))
            if asked["end"] == "rollback":
                transaction.set_rollback(True)
        return HttpResponse("done")

    use_database(url.render_as_string(hide_password=False))
    connections["default"].settings_dict["ATOMIC_REQUESTS"] = whole_requests
    try:
        with mounted(market.engine), override_settings(ROOT_URLCONF=(path("work", work),)):
            yield DjangoHost(Client(raise_request_exception=False))
    finally:
        connections.close_all()


open_django_with_atomic_requests = partial(open_django, whole_requests=True)
