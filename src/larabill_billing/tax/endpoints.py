"""Tax over HTTP: staff ask the register about VAT ids, and keep exemptions."""

from __future__ import annotations

from typing import Any, Final

from larabill_billing.settings import settings_of
from larabill_billing.tax import check_ids, handlers, wire
from larabill_billing.tax.ports import TaxTx
from larabill_core.errors import Conflict
from larabill_core.http.endpoint import Call, Endpoint
from larabill_core.http.wire import day_of

_HERE: Final = "larabill_billing.tax.endpoints"

ENDPOINTS: Final = (
    Endpoint(
        id="check_vat_id",
        method="POST",
        path="/customers/{customer}/vat-id-checks",
        summary="Ask the register about a customer's VAT id, and keep its answer",
        ability="taxes.write",
        answer=wire.VatIdCheck,
        status=201,
        external=True,
        errors=(409, 422),
        handler=f"{_HERE}:check_vat_id",
    ),
    Endpoint(
        id="list_vat_id_checks",
        method="GET",
        path="/customers/{customer}/vat-id-checks",
        summary="What the register answered about a customer's VAT ids",
        ability="taxes.read",
        answer=wire.VatIdChecks,
        handler=f"{_HERE}:list_checks",
    ),
    Endpoint(
        id="list_tax_exemptions",
        method="GET",
        path="/customers/{customer}/tax-exemptions",
        summary="Why nothing is or was taxed at a customer",
        ability="taxes.read",
        answer=wire.ExemptionList,
        handler=f"{_HERE}:list_exemptions",
    ),
    Endpoint(
        id="add_tax_exemption",
        method="POST",
        path="/customers/{customer}/tax-exemptions",
        summary="Charge a customer no tax while it holds",
        ability="taxes.write",
        body=wire.AddExemption,
        answer=wire.ExemptionOut,
        status=201,
        handler=f"{_HERE}:add_exemption",
    ),
    Endpoint(
        id="end_tax_exemption",
        method="POST",
        path="/tax-exemptions/{exemption}/end",
        summary="It holds no more",
        ability="taxes.write",
        body=wire.EndExemption,
        answer=wire.ExemptionOut,
        errors=(409,),
        handler=f"{_HERE}:end_exemption",
    ),
)


def check_vat_id(engine: Any, call: Call[Any, None]) -> wire.VatIdCheck:
    def require_register(tx: TaxTx) -> None:
        if not settings_of(tx).tax.checker:
            raise Conflict("the check of a VAT id", "no register is configured", "name its account in the manifest")

    engine.run(require_register, seller=call.seller_id, actor=call.actor)
    if call.seller_id is None:
        raise AssertionError("staff of a seller ask")
    return wire.check_out(check_ids.check_one(engine, call.seller_id, call.path["customer"], call.actor))


def list_checks(tx: TaxTx, call: Call[Any, None]) -> wire.VatIdChecks:
    customer = tx.billing.customers.get(call.path["customer"])
    return wire.checks_out(tx.billing.tax.checks(customer.id))


def list_exemptions(tx: TaxTx, call: Call[Any, None]) -> wire.ExemptionList:
    customer = tx.billing.customers.get(call.path["customer"])
    known = tx.billing.tax.exemptions([customer.id]).values()
    return wire.ExemptionList(items=[wire.exemption_out(each) for facts in known for each in facts.exemptions])


def add_exemption(tx: TaxTx, call: Call[Any, wire.AddExemption]) -> wire.ExemptionOut:
    wanted = call.body
    new = handlers.NewExemption(
        category=wanted.category,
        reason=wanted.reason,
        reason_code=wanted.reason_code,
        certificate=wanted.certificate,
        since=day_of(wanted.since, "since"),
        until=day_of(wanted.until, "until"),
    )
    return wire.exemption_out(handlers.exempt(tx, call.path["customer"], new))


def end_exemption(tx: TaxTx, call: Call[Any, wire.EndExemption]) -> wire.ExemptionOut:
    return wire.exemption_out(handlers.end_exemption(tx, call.path["exemption"], day_of(call.body.on, "on")))
