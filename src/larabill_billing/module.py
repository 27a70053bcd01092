"""Billing's card: what its features bring, put together."""

from __future__ import annotations

from typing import Final

from larabill_billing.bank import endpoints as bank_endpoints
from larabill_billing.bank import verify as bank_verify
from larabill_billing.catalog import endpoints as catalog_endpoints
from larabill_billing.credits import document_endpoints as documents_endpoints
from larabill_billing.credits import endpoints as credits_endpoints
from larabill_billing.credits import jobs as credits
from larabill_billing.credits import verify as credits_verify
from larabill_billing.customers import endpoints as customers_endpoints
from larabill_billing.discounts import endpoints as discounts_endpoints
from larabill_billing.discounts import verify as discounts_verify
from larabill_billing.dunning import endpoints as dunning_endpoints
from larabill_billing.dunning import jobs as dunning
from larabill_billing.dunning import verify as dunning_verify
from larabill_billing.exchange import endpoints as exchange_endpoints
from larabill_billing.exchange import jobs as exchange
from larabill_billing.invoicing import draft_endpoints as drafts_endpoints
from larabill_billing.invoicing import endpoints as invoicing_endpoints
from larabill_billing.invoicing import jobs as invoicing
from larabill_billing.invoicing import staff_endpoints as invoicing_staff_endpoints
from larabill_billing.invoicing import verify as invoicing_verify
from larabill_billing.ledger import verify as ledger
from larabill_billing.orders import endpoints as orders_endpoints
from larabill_billing.orders import jobs as orders
from larabill_billing.orders import verify as orders_verify
from larabill_billing.payments import dispute_endpoints as disputes_endpoints
from larabill_billing.payments import endpoints as payments_endpoints
from larabill_billing.payments import inbox_endpoints, top_up_endpoints
from larabill_billing.payments import jobs as payments
from larabill_billing.payments import method_endpoints as payment_method_endpoints
from larabill_billing.payments import staff_endpoints as payments_staff_endpoints
from larabill_billing.payments import verify as payments_verify
from larabill_billing.payments import webhook_endpoints as payment_webhook_endpoints
from larabill_billing.referrals import endpoints as referrals_endpoints
from larabill_billing.referrals import jobs as referrals
from larabill_billing.referrals import verify as referrals_verify
from larabill_billing.reports import endpoints as reports_endpoints
from larabill_billing.reports import jobs as reports
from larabill_billing.settings import BillingSettings
from larabill_billing.subscriptions import endpoints as subscriptions_endpoints
from larabill_billing.subscriptions import jobs as subscriptions
from larabill_billing.subscriptions import usage_endpoints
from larabill_billing.subscriptions import verify as subscriptions_verify
from larabill_billing.tax import endpoints as tax_endpoints
from larabill_billing.tax import jobs as tax
from larabill_billing.tax import verify as tax_verify
from larabill_billing.usage import jobs as usage
from larabill_billing.vouchers import endpoints as vouchers_endpoints
from larabill_billing.vouchers import jobs as vouchers
from larabill_billing.vouchers import verify as vouchers_verify
from larabill_core.module import Module

ABILITIES: Final = (
    "bank.read",
    "bank.write",
    "catalog.read",
    "catalog.write",
    "coupons.read",
    "coupons.redeem",
    "coupons.write",
    "credits.read",
    "credits.use",
    "credits.write",
    "customers.change",
    "customers.read",
    "customers.write",
    "disputes.read",
    "disputes.write",
    "drafts.read",
    "drafts.write",
    "dunning.read",
    "dunning.write",
    "invoices.read",
    "invoices.write",
    "ledger.read",
    "ledger.write",
    "orders.cancel",
    "orders.place",
    "orders.read",
    "orders.write",
    "payment_methods.read",
    "payment_methods.write",
    "payments.pay",
    "payments.read",
    "payments.record",
    "payments.refund",
    "payments.write",
    "referrals.read",
    "referrals.write",
    "reports.read",
    "sellers.change",
    "sellers.read",
    "sellers.write",
    "subscriptions.cancel",
    "subscriptions.change",
    "subscriptions.force",
    "subscriptions.read",
    "subscriptions.write",
    "taxes.read",
    "taxes.write",
    "usage.read",
    "usage.write",
    "vouchers.read",
    "vouchers.redeem",
    "vouchers.write",
)

MODULE: Final = Module(
    name="billing",
    handlers=(
        *credits.HANDLERS,
        *exchange.HANDLERS,
        *invoicing.HANDLERS,
        *payments.HANDLERS,
        *subscriptions.HANDLERS,
        *orders.HANDLERS,
        *dunning.HANDLERS,
        *reports.HANDLERS,
        *tax.HANDLERS,
        *usage.HANDLERS,
        *referrals.HANDLERS,
        *vouchers.HANDLERS,
    ),
    schedules=(
        *payments.SCHEDULES,
        *subscriptions.SCHEDULES,
        *invoicing.SCHEDULES,
        *exchange.SCHEDULES,
        *dunning.SCHEDULES,
        *reports.SCHEDULES,
        *tax.SCHEDULES,
    ),
    endpoints=(
        *bank_endpoints.ENDPOINTS,
        *catalog_endpoints.ENDPOINTS,
        *credits_endpoints.ENDPOINTS,
        *customers_endpoints.ENDPOINTS,
        *discounts_endpoints.ENDPOINTS,
        *disputes_endpoints.ENDPOINTS,
        *documents_endpoints.ENDPOINTS,
        *drafts_endpoints.ENDPOINTS,
        *dunning_endpoints.ENDPOINTS,
        *exchange_endpoints.ENDPOINTS,
        *inbox_endpoints.ENDPOINTS,
        *invoicing_endpoints.ENDPOINTS,
        *invoicing_staff_endpoints.ENDPOINTS,
        *orders_endpoints.ENDPOINTS,
        *payment_method_endpoints.ENDPOINTS,
        *payment_webhook_endpoints.ENDPOINTS,
        *payments_endpoints.ENDPOINTS,
        *payments_staff_endpoints.ENDPOINTS,
        *referrals_endpoints.ENDPOINTS,
        *reports_endpoints.ENDPOINTS,
        *subscriptions_endpoints.ENDPOINTS,
        *tax_endpoints.ENDPOINTS,
        *top_up_endpoints.ENDPOINTS,
        *usage_endpoints.ENDPOINTS,
        *vouchers_endpoints.ENDPOINTS,
    ),
    abilities=ABILITIES,
    customer_abilities=(
        "catalog.read",
        "coupons.read",
        "coupons.redeem",
        "credits.read",
        "credits.use",
        "customers.change",
        "customers.read",
        "invoices.read",
        "orders.cancel",
        "orders.place",
        "orders.read",
        "payment_methods.read",
        "payment_methods.write",
        "payments.pay",
        "payments.read",
        "referrals.read",
        "sellers.read",
        "subscriptions.cancel",
        "subscriptions.change",
        "subscriptions.read",
        "usage.read",
        "vouchers.redeem",
    ),
    settings=BillingSettings,
    storage="larabill_sqlalchemy.billing:STORAGE",
    facade="larabill_billing.facade.billing:Billing",
    calls=dict(payments.CALLS),
    answers={
        "contacts": "larabill_billing.customers.contacts:CONTACTS",
        "standing": "larabill_billing.dunning.standing:STANDING",
    },
    audits="larabill_billing.audits.trail:trail",
    verify=(
        *ledger.VERIFY,
        *tax_verify.VERIFY,
        *invoicing_verify.VERIFY,
        *payments_verify.VERIFY,
        *credits_verify.VERIFY,
        *discounts_verify.VERIFY,
        *subscriptions_verify.VERIFY,
        *orders_verify.VERIFY,
        *dunning_verify.VERIFY,
        *referrals_verify.VERIFY,
        *vouchers_verify.VERIFY,
        *bank_verify.VERIFY,
    ),
)
