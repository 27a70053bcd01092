"""The admin: the same values on every database, nothing to write, and use cases as the one who clicks."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.db import connections
from django.test import Client
from tests.billing.market import Market

from larabill_core.ids import public_id
from larabill_core.jobs import JobStatus, NewJob
from larabill_django.models import Customer, Invoice, InvoiceLine, Payment, Resource, Service, Subscription
from larabill_drivers.world import FakeWorld

PAGES = ("customer", "invoice", "payment", "subscription", "service", "resource", "job")


@pytest.fixture
def shop(project: Market) -> Iterator[Market]:
    """One paid order."""
    project.pay_order()
    yield project
    FakeWorld.forget(":memory:")


def logged_in(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


@pytest.fixture
def boss(shop: Market) -> Client:
    return logged_in(User.objects.create_superuser("boss", "boss@example.com", "x"))


def text(browser: Client, path: str) -> str:
    found = browser.get(path)
    assert found.status_code == 200, path
    return found.content.decode()


def test_what_django_reads_is_what_larabill_reads(shop: Market) -> None:
    """Ids, instants, amounts, quantities and references, through columns that Django has no types for."""
    invoice, state = shop.invoices()[0]
    whole, _ = shop.engine.billing.invoices.get(shop.seller, invoice.id)
    seen = Invoice.objects.select_related("customer", "state", "numbered").get(pk=invoice.id)
    assert (seen.pk, seen.seller_id, seen.customer.pk) == (invoice.id, shop.seller, shop.customer)
    assert (seen.total, seen.issued_at, seen.issued_on) == (invoice.total, invoice.issued_at, invoice.issued_on)
    assert (seen.state.status, seen.state.balance, seen.numbered.number) == (state.status, Decimal(0), invoice.number)
    lines = [(line.pk, line.quantity, line.unit_price, line.amount) for line in seen.lines.all()]
    assert lines == [(line.id, line.quantity, line.unit_price, line.amount) for line in whole.lines]
    assert Invoice.objects.filter(total=seen.total, issued_at__gte=seen.issued_at).get().pk == invoice.id
    assert Invoice.objects.filter(issued_at__gt=seen.issued_at).count() == 0
    assert InvoiceLine.objects.filter(unit_price=lines[0][2]).exists()
    assert Customer.objects.get(pk=public_id("cus", shop.customer)).name == "Ada"
    assert Payment.objects.get().customer_id == shop.customer
    assert Subscription.objects.get().pk == Service.objects.get().subscription_id
    assert Resource.objects.get().service_id == Service.objects.get().pk


@pytest.mark.parametrize("kind", PAGES)
def test_each_kind_has_a_list_and_pages_without_a_way_to_write(shop: Market, boss: Client, kind: str) -> None:
    listed = text(boss, f"/admin/larabill/{kind}/")
    model = apps.get_model("larabill", kind)
    row = model.objects.first()
    assert public_id(row.prefix, row.pk) in listed
    page = text(boss, f"/admin/larabill/{kind}/{row.pk}/change/")
    assert 'name="_save"' not in page
    assert boss.get(f"/admin/larabill/{kind}/add/").status_code == 403
    assert boss.post(f"/admin/larabill/{kind}/{row.pk}/delete/", {"post": "yes"}).status_code == 403
    with pytest.raises(TypeError, match="read only"):
        row.save()
    with pytest.raises(TypeError, match="read only"):
        row.delete()


def test_an_invoice_shows_its_number_lines_and_amounts_with_their_currency(shop: Market, boss: Client) -> None:
    invoice = shop.invoices()[0][0]
    page = text(boss, f"/admin/larabill/invoice/{invoice.id}/change/")
    assert all(
        shown in page for shown in (invoice.number, f"€{invoice.total:.2f}", f"€{invoice.net:.2f}", "Web hosting")
    )


@pytest.mark.parametrize("query", ["Ada", "ada@example.com", "public id"])
def test_lists_are_searched_by_text_and_by_public_id(shop: Market, boss: Client, query: str) -> None:
    wanted = public_id("cus", shop.customer) if query == "public id" else query
    assert "1 customer" in text(boss, f"/admin/larabill/customer/?q={wanted}")
    assert "0 customers" in text(boss, "/admin/larabill/customer/?q=nobody")


def test_lists_are_filtered(shop: Market, boss: Client) -> None:
    assert "1 invoice" in text(boss, "/admin/larabill/invoice/?state__status=paid")
    assert "0 invoices" in text(boss, "/admin/larabill/invoice/?state__status=issued")


def act(browser: Client, kind: str, action: str, *ids: Any) -> str:
    found = browser.post(
        f"/admin/larabill/{kind}/", {"action": action, "_selected_action": [str(id) for id in ids]}, follow=True
    )
    assert found.status_code == 200
    return found.content.decode()


def actions_noted(shop: Market) -> list[tuple[str, str, str]]:
    rows = shop.run(lambda tx: tx.actions.page(seller_id=shop.seller))
    return [(row.actor, row.action, row.subject) for row in rows]


def test_an_invoice_is_taken_back_as_the_one_who_clicks(shop: Market, boss: Client) -> None:
    order = shop.place()
    said = act(boss, "invoice", "void_invoice", order.invoice_id)
    assert "is taken back" in said
    assert shop.engine.billing.invoices.get(shop.seller, order.invoice_id)[1].status == "void"
    pk = User.objects.get().pk
    assert actions_noted(shop) == [(f"staff:{pk}", "void_invoice", public_id("inv", order.invoice_id))]


def test_what_is_not_possible_is_told_and_changes_nothing(shop: Market, boss: Client) -> None:
    paid = shop.invoices()[0][0]
    said = act(boss, "invoice", "void_invoice", paid.id)
    assert "is taken back" not in said
    assert 'class="error"' in said
    assert actions_noted(shop) == []


def test_a_payment_is_given_back_once(shop: Market, boss: Client) -> None:
    order = shop.place()
    method = shop.engine.billing.payments.add_method(shop.seller, shop.customer, "pay", "pm_ok", "Card")
    payment = shop.engine.billing.payments.charge_invoice(shop.seller, order.invoice_id, method.id)
    shop.work()
    for _ in range(2):
        act(boss, "payment", "refund_payment", payment.id)
        shop.work()
    refunds = shop.run(lambda tx: tx.billing.refunds.for_payment(payment.id))
    assert [refund.amount for refund in refunds] == [payment.amount]


@pytest.mark.parametrize("atomic_requests", [False, True])
def test_a_dead_job_is_let_run_again_and_says_by_whom(shop: Market, boss: Client, atomic_requests: bool) -> None:
    """Also where each request is a transaction of Django's: it must not hold what the use case waits for."""
    connections["default"].settings_dict["ATOMIC_REQUESTS"] = atomic_requests
    shop.run(lambda tx: tx.enqueue(NewJob(handler="core.purge_jobs")))
    job = shop.jobs("core.purge_jobs", JobStatus.READY)[0]
    said = act(boss, "job", "retry_job", job.id)
    assert "will run at once" in said
    assert shop.jobs("core.purge_jobs", JobStatus.READY)[0].approved_by == f"staff:{User.objects.get().pk}"


def test_a_resource_is_suspended_and_resumed_as_the_one_who_clicks(shop: Market, boss: Client) -> None:
    resource = Resource.objects.get()
    for action, status in (("suspend_resource", "suspended"), ("resume_resource", "active")):
        act(boss, "resource", action, resource.pk)
        shop.work()
        assert Resource.objects.get().status == status
    assert [action for _, action, _ in actions_noted(shop)] == ["suspend_resource", "resume_resource"]


def clerk(*roles: str) -> User:
    user = User.objects.create_user("clerk", "clerk@example.com", "x", is_staff=True)
    user.groups.set([Group.objects.create(name=role) for role in roles])
    user.user_permissions.set(Permission.objects.filter(codename__in=[f"view_{kind}" for kind in PAGES]))
    return user


def test_djangos_permission_without_the_ability_shows_nothing(shop: Market) -> None:
    _permissions()
    browser = logged_in(clerk("support"))
    assert "Ada" in text(browser, "/admin/larabill/customer/")
    assert browser.get("/admin/larabill/payment/").status_code == 403
    assert "void_invoice" not in text(browser, "/admin/larabill/invoice/")
    order = shop.place()
    act(browser, "invoice", "void_invoice", order.invoice_id)
    assert shop.engine.billing.invoices.get(shop.seller, order.invoice_id)[1].status == "issued"


def test_nobody_else_gets_in(shop: Market) -> None:
    user = User.objects.create_user("customer", "c@example.com", "x")
    assert logged_in(user).get("/admin/larabill/customer/").status_code == 302


def _permissions() -> None:
    """What Django's `migrate` writes for each model."""
    from django.contrib.auth.management import create_permissions

    create_permissions(apps.get_app_config("larabill"), verbosity=0)
