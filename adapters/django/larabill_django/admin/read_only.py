"""What all pages have in common: nothing is written here, and who sees which rows.

Two doors stand before each row: Django's permission to view the model, and the ability of the actor that
`LARABILL["PRINCIPAL"]` makes of the request. An actor of one seller sees that seller's rows alone.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db import models
from django.db.transaction import non_atomic_requests
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator

from larabill_core.access import Actor
from larabill_core.errors import ConfigurationError, InvalidInput
from larabill_core.ids import parse_public_id, public_id
from larabill_django.opening import opened


def actor_of(request: HttpRequest) -> Actor | None:
    """Who clicks."""
    return opened().settings.principal(request)


def may(request: HttpRequest, ability: str) -> bool:
    """Whether they have it, by the roles or by `LARABILL["AUTHORIZE"]`. Customers never, whatever their roles."""
    here, actor = opened(), actor_of(request)
    if actor is None or actor.kind == "customer":
        return False
    allows = here.settings.authorize or here.engine.access.allows
    try:
        return allows(actor, ability) is True
    except ConfigurationError:
        return False  # of a module that is off


class _Reading:
    """For pages and for what stands inline in them."""

    ability: ClassVar[str] = ""

    def has_add_permission(self, request: HttpRequest, *more: Any) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """See the module's docstring."""
        return bool(super().has_view_permission(request, obj)) and may(request, self.ability)  # type: ignore[misc]


class Page(_Reading, admin.ModelAdmin):
    """One kind of row. `ability` is what reading takes, `acting` what its actions take."""

    acting: ClassVar[str] = ""

    actions_selection_counter = True
    list_per_page = 50
    show_full_result_count = False
    ordering = ("-pk",)

    @method_decorator(non_atomic_requests)
    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Not in a transaction of ATOMIC_REQUESTS: on SQLite actions would wait for it, and it for them."""
        return super().changelist_view(request, extra_context)

    def has_act_permission(self, request: HttpRequest) -> bool:
        """Asked by Django before it offers an action, and again before it calls one."""
        return may(request, self.acting)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        """The rows of the actor's seller, or of all."""
        rows, actor = super().get_queryset(request), actor_of(request)
        if actor is None:
            return rows.none()
        return rows if actor.seller_id is None else rows.filter(seller_id=actor.seller_id)

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet, search_term: str
    ) -> tuple[models.QuerySet, bool]:
        """Also by public id, which names one row."""
        try:
            return queryset.filter(pk=parse_public_id(search_term.strip(), self.model.prefix, "q")), False
        except InvalidInput:
            found: tuple[models.QuerySet, bool] = super().get_search_results(request, queryset, search_term)
            return found

    @admin.display(description="id", ordering="pk")
    def shown_id(self, row: Any) -> str:
        """The public form."""
        return public_id(row.prefix, row.pk)


class Inline(_Reading, admin.TabularInline):
    """Rows that belong to the page's row."""

    extra = 0
    max_num = 0
    can_delete = False
    show_change_link = False
