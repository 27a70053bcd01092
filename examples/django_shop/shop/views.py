"""Sign up, choose a plan, pay, watch the service become active, cancel."""

from uuid import uuid4

from django import forms
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import UserCreationForm
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from larabill_billing import Cycle, NewCustomer, NewItem, PlaceOrder
from larabill_core.errors import LarabillError
from larabill_django import engine, joined
from shop.models import Account


class SignUp(UserCreationForm):
    """A name, a password and an address for invoices."""

    email = forms.EmailField()


class Order(forms.Form):
    """What a plan asks for."""

    domain = forms.RegexField(r"^[a-z0-9-]+(\.[a-z0-9-]+)+$", max_length=100)


def plans(request):
    """What is sold."""
    billing = engine().billing
    return render(request, "plans.html", {"plans": billing.catalog.list(billing.default_seller())})


def sign_up(request):
    """The user, LaraBill's customer and the link between them: all or nothing."""
    form = SignUp(request.POST or None)
    if form.is_valid():
        with transaction.atomic():
            user = form.save()
            billing = joined().billing
            new = NewCustomer(name=user.username, email=form.cleaned_data["email"], country="DE")
            customer = billing.customers.create(billing.default_seller(), new)
            Account.objects.create(user=user, customer=customer.id)
        login(request, user)
        return redirect("/")
    return render(request, "form.html", {"form": form, "title": "Sign up"})


@login_required
def order(request, plan):
    """Takes the order; the invoice is issued by LaraBill's worker."""
    form = Order(request.POST or None)
    if form.is_valid():
        billing, mine = engine().billing, get_object_or_404(Account, user=request.user)
        item = NewItem(plan_code=plan, cycle=Cycle.MONTHLY, spec=form.cleaned_data, name=form.cleaned_data["domain"])
        wanted = PlaceOrder(order_uuid=uuid4(), customer_id=mine.customer, currency="EUR", items=(item,))
        try:
            billing.orders.place(billing.default_seller(), wanted)
        except LarabillError as problem:
            form.add_error(None, str(problem))
        else:
            return redirect("/account")
    return render(request, "form.html", {"form": form, "title": f"Order {plan}"})


@login_required
def account(request):
    """Services and invoices; the page looks again until nothing is on its way."""
    mine = get_object_or_404(Account, user=request.user)
    billing, seller = engine().billing, engine().billing.default_seller()
    services = billing.services.list(seller, customer_id=mine.customer)
    invoices = billing.invoices.list(seller, customer_id=mine.customer)
    subscriptions = {each.id: each for each in billing.subscriptions.list(seller, customer_id=mine.customer)}
    rows = [(service, subscriptions.get(service.subscription_id)) for service in services]
    waits = any(service.status == "pending" for service in services)
    return render(request, "account.html", {"rows": rows, "invoices": invoices, "waits": waits})


@require_POST
@login_required
def pay(request, invoice):
    """With the pretended gateway's card that always pays."""
    mine = get_object_or_404(Account, user=request.user)
    billing, seller = engine().billing, engine().billing.default_seller()
    _own(mine, billing.invoices.get(seller, invoice)[0])
    method = billing.payments.add_method(seller, mine.customer, "wallet", "pm_ok", "Test card")
    billing.payments.charge_invoice(seller, invoice, method.id)
    messages.success(request, "Thank you: your payment is on its way.")
    return redirect("/account")


@require_POST
@login_required
def cancel(request, subscription):
    """At the end of what is paid."""
    mine = get_object_or_404(Account, user=request.user)
    billing, seller = engine().billing, engine().billing.default_seller()
    _own(mine, billing.subscriptions.get(seller, subscription))
    ends = billing.subscriptions.cancel(seller, subscription, "period_end", "by the customer").end_on
    messages.success(request, f"Cancelled: your service runs until {ends}.")
    return redirect("/account")


def _own(mine, thing):
    if thing.customer_id != mine.customer:
        raise Http404
