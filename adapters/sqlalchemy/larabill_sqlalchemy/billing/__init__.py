"""Billing's storage: one file a feature, with its tables and repositories."""

from __future__ import annotations

from typing import TYPE_CHECKING

from larabill_sqlalchemy.billing.attempts import Attempts
from larabill_sqlalchemy.billing.audits import Audits
from larabill_sqlalchemy.billing.bank import BankLines
from larabill_sqlalchemy.billing.catalog import Plans
from larabill_sqlalchemy.billing.changes import Changes
from larabill_sqlalchemy.billing.charges import Charges, Drafts
from larabill_sqlalchemy.billing.coupons import Coupons, Redemptions
from larabill_sqlalchemy.billing.credits import Credits
from larabill_sqlalchemy.billing.customers import Customers, Sellers
from larabill_sqlalchemy.billing.deferrals import Deferrals
from larabill_sqlalchemy.billing.disputes import Disputes
from larabill_sqlalchemy.billing.draft_invoices import DraftInvoices
from larabill_sqlalchemy.billing.dunning import Dunning
from larabill_sqlalchemy.billing.exchange import AccountingAmounts, ExchangeRates
from larabill_sqlalchemy.billing.invoicing import Invoices
from larabill_sqlalchemy.billing.ledger import Ledger
from larabill_sqlalchemy.billing.metadata import METADATA
from larabill_sqlalchemy.billing.numbering import Series
from larabill_sqlalchemy.billing.orders import Orders
from larabill_sqlalchemy.billing.pauses import Pauses
from larabill_sqlalchemy.billing.payments import Methods, Payments
from larabill_sqlalchemy.billing.plans import Plans as PaymentPlans
from larabill_sqlalchemy.billing.referrals import Referrals
from larabill_sqlalchemy.billing.refunds import Refunds
from larabill_sqlalchemy.billing.reports import Reports
from larabill_sqlalchemy.billing.services import Services
from larabill_sqlalchemy.billing.statements import Statements
from larabill_sqlalchemy.billing.stock import StockRows
from larabill_sqlalchemy.billing.subscriptions import Subscriptions
from larabill_sqlalchemy.billing.tax import Tax
from larabill_sqlalchemy.billing.top_ups import TopUpRules
from larabill_sqlalchemy.billing.usage import Usage
from larabill_sqlalchemy.billing.vouchers import Vouchers
from larabill_sqlalchemy.billing.webhooks import GatewayAccounts, Webhooks
from larabill_sqlalchemy.storage import Storage

if TYPE_CHECKING:
    from larabill_billing.repositories import BillingRepositories
    from larabill_sqlalchemy.transaction import SqlTx

__all__ = ["METADATA", "STORAGE", "SqlBillingRepositories"]


class SqlBillingRepositories:
    """Implements `larabill_billing.repositories.BillingRepositories`: what stands as `tx.billing`."""

    def __init__(self, tx: SqlTx) -> None:
        self.accounting = AccountingAmounts(tx)
        self.attempts = Attempts(tx)
        self.audits = Audits(tx)
        self.bank_lines = BankLines(tx)
        self.charges = Charges(tx)
        self.coupons = Coupons(tx)
        self.credits = Credits(tx)
        self.customers = Customers(tx)
        self.disputes = Disputes(tx)
        self.deferrals = Deferrals(tx)
        self.draft_invoices = DraftInvoices(tx)
        self.drafts = Drafts(tx)
        self.dunning = Dunning(tx)
        self.exchange_rates = ExchangeRates(tx)
        self.gateway_accounts = GatewayAccounts(tx)
        self.invoices = Invoices(tx)
        self.ledger = Ledger(tx)
        self.orders = Orders(tx)
        self.pauses = Pauses(tx)
        self.payment_methods = Methods(tx)
        self.payment_plans = PaymentPlans(tx)
        self.payments = Payments(tx)
        self.plans = Plans(tx)
        self.redemptions = Redemptions(tx)
        self.referrals = Referrals(tx)
        self.refunds = Refunds(tx)
        self.reports = Reports(tx)
        self.sellers = Sellers(tx)
        self.series = Series(tx)
        self.services = Services(tx)
        self.statements = Statements(tx)
        self.stock = StockRows(tx)
        self.subscription_changes = Changes(tx)
        self.subscriptions = Subscriptions(tx)
        self.tax = Tax(tx)
        self.top_up_rules = TopUpRules(tx)
        self.usage = Usage(tx)
        self.vouchers = Vouchers(tx)
        self.webhooks = Webhooks(tx)


def _repositories(tx: SqlTx) -> BillingRepositories:
    return SqlBillingRepositories(tx)


STORAGE = Storage(
    name="billing",
    metadata=METADATA,
    migrations="larabill_sqlalchemy.billing.migrations",
    repositories=_repositories,
    insert_only=(
        "larabill_billing_audits",
        "larabill_credits",
        "larabill_instalments",
        "larabill_document_accounting",
        "larabill_exchange_rates",
        "larabill_invoice_lines",
        "larabill_invoice_numbers",
        "larabill_invoices",
        "larabill_journal_entries",
        "larabill_payment_allocations",
        "larabill_payment_parts",
        "larabill_postings",
        "larabill_tax_evidence",
        "larabill_tax_id_checks",
        "larabill_recurring_moves",
        "larabill_usage_bills",
        "larabill_usage_draws",
    ),
    sellerless=("larabill_gateway_accounts",),
)
