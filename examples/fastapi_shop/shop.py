"""A small hosting shop: `python shop.py`, then open http://127.0.0.1:8000/."""

from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import uvicorn
from billing import open_billing
from fastapi import Cookie, Depends, FastAPI, HTTPException, Request, Response
from fastapi.responses import FileResponse, JSONResponse
from pydantic import BaseModel, Field
from users import Users

from larabill_billing.customers.model import NewCustomer
from larabill_core import LarabillError
from larabill_core.access import Actor
from larabill_core.ids import parse_public_id, public_id
from larabill_fastapi import larabill_lifespan, larabill_openapi, larabill_router

HERE = Path(__file__).parent


class Login(BaseModel):
    email: str = Field(max_length=200, pattern=r"^[^@\s]+@[^@\s]+$")
    password: str = Field(min_length=8, max_length=200)


class NewOrder(BaseModel):
    order: UUID  # the page makes it: an order that is sent twice is one order
    plan: str = Field(max_length=64)
    domain: str = Field(max_length=253)


class Card(BaseModel):
    token: str = Field(max_length=64)


def make_shop(folder: Path, *, worker: bool = True) -> FastAPI:
    engine, users = open_billing(folder), Users(folder / "shop.db")
    billing, seller = engine.billing, engine.billing.default_seller()
    app = FastAPI(title="Small Hosting", lifespan=larabill_lifespan(engine, worker=worker))
    app.state.engine = engine

    def caller(session: Annotated[str, Cookie()] = "") -> Actor | None:
        customer = users.customer_of(session)
        if customer is None:
            return None
        name = public_id("cus", customer)
        return Actor(kind="customer", id=name, roles=("customer",), seller_id=seller, customer_id=customer)

    def logged_in(actor: Annotated[Actor | None, Depends(caller)]) -> UUID:
        if actor is None or actor.customer_id is None:
            raise HTTPException(401, "log in first")
        return actor.customer_id

    router = larabill_router(engine, principal=Depends(caller), prefix="/billing")
    app.include_router(router)
    larabill_openapi(app, router)

    @app.exception_handler(LarabillError)
    def refused(_: Request, error: LarabillError) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, error.status)

    def begin(response: Response, session: str | None, otherwise: str) -> None:
        if session is None:
            raise HTTPException(400, otherwise)
        response.set_cookie("session", session, httponly=True, samesite="strict")

    @app.post("/api/signup", status_code=204)
    def sign_up(login: Login, response: Response) -> None:
        new = NewCustomer(name=login.email.partition("@")[0], email=login.email, country="DE")
        session = users.sign_up(login.email, login.password, lambda: billing.customers.create(seller, new).id)
        begin(response, session, "there is an account with this address")

    @app.post("/api/login", status_code=204)
    def log_in(login: Login, response: Response) -> None:
        begin(response, users.log_in(login.email, login.password), "the address or the password is wrong")

    @app.get("/api/plans")
    def plans() -> list[dict[str, str]]:
        return [
            {"code": plan.code, "name": plan.name, "price": f"{plan.prices[0].model.unit_price:.2f} EUR / month"}
            for plan in billing.catalog.list(seller)
        ]

    @app.post("/api/orders", status_code=204)
    def order(new: NewOrder, customer: Annotated[UUID, Depends(logged_in)]) -> None:
        items = [{"plan_code": new.plan, "cycle": "monthly", "spec": {"domain": new.domain}}]
        ids = {"order_uuid": str(new.order), "customer_id": str(customer)}
        billing.orders.place(seller, {**ids, "currency": "EUR", "items": items})

    @app.post("/api/invoices/{invoice}/pay", status_code=204)
    def pay(invoice: str, card: Card, customer: Annotated[UUID, Depends(logged_in)]) -> None:
        found, _ = billing.invoices.get(seller, parse_public_id(invoice, "inv", "invoice"))
        if found.customer_id != customer:
            raise HTTPException(404, "there is no such invoice")
        method = billing.payments.add_method(seller, customer, "wallet", card.token, "Card")
        billing.payments.charge_invoice(seller, found.id, method.id)

    @app.get("/api/services")
    def services(customer: Annotated[UUID, Depends(logged_in)]) -> list[dict[str, Any]]:
        ends = {each.id: each.end_on for each in billing.subscriptions.list(seller, customer_id=customer)}
        return [
            {
                "id": str(each.subscription_id),
                "name": each.name,
                "domain": each.spec["domain"],
                "status": each.status,
                "ends": ends[each.subscription_id],
            }
            for each in billing.services.list(seller, customer_id=customer)
        ]

    @app.post("/api/services/{subscription}/cancel", status_code=204)
    def cancel(subscription: UUID, customer: Annotated[UUID, Depends(logged_in)]) -> None:
        if billing.subscriptions.get(seller, subscription).customer_id != customer:
            raise HTTPException(404, "there is no such service")
        billing.subscriptions.cancel(seller, subscription, "period_end", "by the customer")

    @app.get("/", include_in_schema=False)
    def page() -> FileResponse:
        return FileResponse(HERE / "page.html")

    return app


if __name__ == "__main__":
    data = HERE / "data"
    data.mkdir(mode=0o700, exist_ok=True)
    uvicorn.run(make_shop(data), host="127.0.0.1", port=8000)
