"""The shop: sign up, choose a plan, pay, watch the website come up, cancel."""

from __future__ import annotations

import secrets
from typing import Any
from uuid import UUID, uuid4

from flask import Flask, Request, flash, g, redirect, render_template, request, session, url_for
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.exc import IntegrityError
from werkzeug.security import check_password_hash, generate_password_hash

from larabill_billing.customers.model import NewCustomer
from larabill_core.access import Actor, own
from larabill_core.engine import Engine
from larabill_core.errors import Conflict, InvalidInput, NotFound
from larabill_core.ids import public_id
from larabill_flask import Larabill

CARDS = {"pm_ok": "Card that pays", "pm_declined": "Card that is declined"}
OPEN = {"home", "sign_up", "log_in", "static"}

db = SQLAlchemy()


class User(db.Model):  # type: ignore[name-defined]
    """Who may log in, and which customer of LaraBill's they are."""

    id = db.Column(db.Integer, primary_key=True)
    email = db.Column(db.String(200), unique=True, nullable=False)
    password = db.Column(db.String(200), nullable=False)
    customer_id = db.Column(db.Uuid, nullable=False)


def create_app(engine: Engine) -> Flask:
    """The application; its users stand in the database of the engine."""
    app = Flask(__name__)
    app.config["SECRET_KEY"] = secrets.token_bytes(32)  # a new start logs everybody out
    app.config["SESSION_COOKIE_SAMESITE"] = "Lax"  # no other site can post for who is logged in
    app.config["SQLALCHEMY_DATABASE_URI"] = engine.manifest.basics.database
    app.jinja_env.filters["public_id"] = lambda id, prefix: public_id(prefix, id)
    db.init_app(app)
    with app.app_context():
        db.create_all()
    larabill = Larabill(app, engine)
    billing, seller = engine.billing, engine.billing.default_seller()

    @app.before_request
    def require_login() -> Any:
        g.user = db.session.get(User, session.get("user", 0))
        is_open = request.endpoint in OPEN or request.blueprint == "larabill"
        return None if g.user or is_open else redirect(url_for("home"))

    @larabill.principal
    def who(_request: Request) -> Actor | None:
        """Whom the API under /billing answers: it shows customers what is theirs."""
        if g.user is None:
            return None
        whose = {"seller_id": seller, "customer_id": g.user.customer_id}
        return Actor(kind="customer", id=str(g.user.id), roles=("customer",), **whose)

    app.register_error_handler(NotFound, lambda _: ("There is no such thing.", 404))

    @app.errorhandler(InvalidInput)
    @app.errorhandler(Conflict)
    def explain(problem: Exception) -> Any:
        flash(str(problem))
        return redirect(url_for("home" if g.user is None else "account"))

    @app.get("/")
    def home() -> str:
        return render_template("home.html", plans=[*reversed(billing.catalog.list(seller))])

    @app.post("/sign-up")
    def sign_up() -> Any:
        """The user and the customer come into being together, or not at all."""
        form = request.form
        new = NewCustomer(name=form["name"], email=form["email"], country="DE")
        customer = larabill.joined(db.session).billing.customers.create(seller, new)
        user = User(email=form["email"], password=generate_password_hash(form["password"]), customer_id=customer.id)
        db.session.add(user)
        try:
            db.session.commit()
        except IntegrityError:
            flash("There is an account with this address. Log in instead.")
            return redirect(url_for("home"))
        session["user"] = user.id
        return redirect(url_for("account"))

    @app.post("/log-in")
    def log_in() -> Any:
        user = db.session.scalar(db.select(User).filter_by(email=request.form["email"]))
        if user is None or not check_password_hash(user.password, request.form["password"]):
            flash("Address or password is wrong.")
            return redirect(url_for("home"))
        session["user"] = user.id
        return redirect(url_for("account"))

    @app.post("/log-out")
    def log_out() -> Any:
        session.clear()
        return redirect(url_for("home"))

    @app.get("/account")
    def account() -> str:
        mine = g.user.customer_id
        services = billing.services.list(seller, customer_id=mine)
        invoices = billing.invoices.list(seller, customer_id=mine)
        payments = billing.payments.list(seller, customer_id=mine)
        unpaid = "issued" in {state.status for _, state in invoices}
        building = "pending" in {service.status for service in services} and not unpaid
        return render_template(
            "account.html",
            services=[*reversed(services)],
            agreements={each.id: each for each in billing.subscriptions.list(seller, customer_id=mine)},
            invoices=[*reversed(invoices)],
            payments={invoice: payment for payment in payments for invoice in payment.invoice_ids},
            waiting=building or any(payment.is_in_flight for payment in payments),
            cards=CARDS,
        )

    @app.post("/order/<plan>")
    def order(plan: str) -> Any:
        item = {"plan_code": plan, "cycle": "monthly", "region": "eu", "spec": {"domain": request.form["domain"]}}
        wanted = {"order_uuid": str(uuid4()), "customer_id": str(g.user.customer_id), "currency": "EUR"}
        billing.orders.place(seller, {**wanted, "items": [item]})
        return redirect(url_for("account"))

    @app.post("/pay/<uuid:invoice>")
    def pay(invoice: UUID) -> Any:
        own(who(request), "invoice", invoice, billing.invoices.get(seller, invoice)[0].customer_id)
        card = request.form["card"]
        method = billing.payments.add_method(seller, g.user.customer_id, "card", card, CARDS.get(card, card))
        billing.payments.charge_invoice(seller, invoice, method.id)
        return redirect(url_for("account"))

    @app.post("/cancel/<uuid:subscription>")
    def cancel(subscription: UUID) -> Any:
        own(who(request), "subscription", subscription, billing.subscriptions.get(seller, subscription).customer_id)
        billing.subscriptions.cancel(seller, subscription, "period_end", "cancelled by the customer")
        return redirect(url_for("account"))

    return app
