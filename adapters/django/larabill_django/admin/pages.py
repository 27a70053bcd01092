"""The lists and pages, one for each kind of row."""

from __future__ import annotations

from django.contrib import admin

from larabill_django.admin import actions
from larabill_django.admin.read_only import Inline, Page
from larabill_django.admin.shown import money, number, number_of
from larabill_django.models import (
    Customer,
    Invoice,
    InvoiceLine,
    Job,
    Payment,
    Resource,
    Service,
    Subscription,
)


@admin.register(Customer)
class CustomerPage(Page):
    """Customers."""

    ability = "customers.read"
    list_display = ("shown_id", "name", "company", "email", "country", "currency", "created_at")
    list_filter = ("country", "currency", "group")
    search_fields = ("name", "company", "email", "tax_id")


class Lines(Inline):
    """The lines of a document."""

    model = InvoiceLine
    ability = "invoices.read"
    fields = ("position", "description", "period_start", "period_end", "shown_quantity", "shown_price", "shown_amount")
    readonly_fields = fields

    @admin.display(description="quantity")
    def shown_quantity(self, row: InvoiceLine) -> str:
        """Without idle zeros."""
        return number(row.quantity)

    @admin.display(description="unit price")
    def shown_price(self, row: InvoiceLine) -> str:
        """Exact: usage costs less than a cent."""
        return number(row.unit_price)

    @admin.display(description="amount")
    def shown_amount(self, row: InvoiceLine) -> str:
        """With its currency."""
        return money(row.amount, row.currency)


@admin.register(Invoice)
class InvoicePage(Page):
    """Issued documents."""

    ability = "invoices.read"
    list_display = ("shown_id", "number", "customer", "type", "issued_on", "due_on", "shown_total", "balance", "status")
    list_filter = ("state__status", "type", "currency", "issued_on")
    search_fields = ("numbered__number", "customer__name", "customer__company", "customer__email")
    list_select_related = ("customer", "state", "numbered")
    fields = (
        *("shown_id", "number", "customer", "type", "status", "issued_on", "due_on"),
        *("shown_net", "shown_tax", "shown_total", "balance", "purchase_order", "note"),
    )
    readonly_fields = fields
    inlines = (Lines,)
    acting = "invoices.write"
    actions = (actions.void_invoice,)

    number = admin.display(description="number", ordering="numbered__number")(lambda self, row: number_of(row))
    status = admin.display(description="status", ordering="state__status")(lambda self, row: row.state.status)
    balance = admin.display(description="balance")(lambda self, row: money(row.state.balance, row.currency))
    shown_net = admin.display(description="net")(lambda self, row: money(row.net, row.currency))
    shown_tax = admin.display(description="tax")(lambda self, row: money(row.tax, row.currency))
    shown_total = admin.display(description="total", ordering="total")(lambda self, row: money(row.total, row.currency))


@admin.register(Payment)
class PaymentPage(Page):
    """Money that came, or was to come."""

    ability = "payments.read"
    list_display = ("shown_id", "customer", "account", "kind", "shown_amount", "status", "created_at", "captured_at")
    list_filter = ("status", "account", "kind", "currency", "created_at")
    search_fields = ("transaction_id", "customer__name", "customer__company", "customer__email")
    list_select_related = ("customer",)
    exclude = ("id", "seller_id", "amount", "currency")
    readonly_fields = ("shown_id", "shown_amount")
    acting = "payments.refund"
    actions = (actions.refund_payment,)

    shown_amount = admin.display(description="amount", ordering="amount")(
        lambda self, row: money(row.amount, row.currency)
    )


@admin.register(Subscription)
class SubscriptionPage(Page):
    """Agreements that go on."""

    ability = "subscriptions.read"
    list_display = ("shown_id", "customer", "cycle", "currency", "status", "started_on", "next_billing_at", "is_held")
    list_filter = ("status", "is_held", "cycle", "currency")
    search_fields = ("customer__name", "customer__company", "customer__email")
    list_select_related = ("customer",)
    exclude = ("id", "seller_id")
    readonly_fields = ("shown_id",)


@admin.register(Service)
class ServicePage(Page):
    """What customers have."""

    ability = "subscriptions.read"
    list_display = ("shown_id", "name", "customer", "plan_code", "region", "status", "created_at")
    list_filter = ("status", "plan_code", "region")
    search_fields = ("name", "customer__name", "customer__company", "customer__email")
    list_select_related = ("customer",)
    exclude = ("id", "seller_id")
    readonly_fields = ("shown_id",)


@admin.register(Resource)
class ResourcePage(Page):
    """What stands at the providers."""

    ability = "resources.read"
    list_display = ("shown_id", "name", "customer", "account", "driver_ref", "plan_code", "status", "desired", "drift")
    list_filter = ("status", "desired", "account", "drift")
    search_fields = ("name", "ref", "driver_ref", "customer__name", "customer__email")
    list_select_related = ("customer",)
    exclude = ("id", "seller_id")
    readonly_fields = ("shown_id",)
    acting = "resources.write"
    actions = (actions.suspend_resource, actions.resume_resource)


@admin.register(Job)
class JobPage(Page):
    """The work, and what waits for a person: parked and dead jobs with their reasons."""

    ability = "jobs.read"
    list_display = ("shown_id", "handler", "queue", "status", "run_at", "attempts", "last_error")
    list_filter = ("status", "queue", "handler")
    search_fields = ("handler", "last_error")
    exclude = ("id", "seller_id")
    readonly_fields = ("shown_id",)
    acting = "jobs.write"
    actions = (actions.retry_job,)
