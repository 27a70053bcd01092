"""The whole API. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from larabill_client.api.actions import ActionsApi
from larabill_client.api.audit import AuditApi
from larabill_client.api.bank_accounts import BankAccountsApi
from larabill_client.api.bank_lines import BankLinesApi
from larabill_client.api.breakers import BreakersApi
from larabill_client.api.catalog import CatalogApi
from larabill_client.api.coupons import CouponsApi
from larabill_client.api.credit_lots import CreditLotsApi
from larabill_client.api.customers import CustomersApi
from larabill_client.api.disputes import DisputesApi
from larabill_client.api.drafts import DraftsApi
from larabill_client.api.dunning import DunningApi
from larabill_client.api.exchange_rates import ExchangeRatesApi
from larabill_client.api.health import HealthApi
from larabill_client.api.invoices import InvoicesApi
from larabill_client.api.jobs import JobsApi
from larabill_client.api.ledger import LedgerApi
from larabill_client.api.orders import OrdersApi
from larabill_client.api.payment_methods import PaymentMethodsApi
from larabill_client.api.payments import PaymentsApi
from larabill_client.api.plans import PlansApi
from larabill_client.api.provision import ProvisionApi
from larabill_client.api.redemptions import RedemptionsApi
from larabill_client.api.referrals import ReferralsApi
from larabill_client.api.reports import ReportsApi
from larabill_client.api.scheduled_changes import ScheduledChangesApi
from larabill_client.api.seller import SellerApi
from larabill_client.api.sellers import SellersApi
from larabill_client.api.services import ServicesApi
from larabill_client.api.subscriptions import SubscriptionsApi
from larabill_client.api.tax_exemptions import TaxExemptionsApi
from larabill_client.api.usage import UsageApi
from larabill_client.api.verify import VerifyApi
from larabill_client.api.voucher_batches import VoucherBatchesApi
from larabill_client.api.vouchers import VouchersApi


class Client(
    ActionsApi,
    AuditApi,
    BankAccountsApi,
    BankLinesApi,
    BreakersApi,
    CatalogApi,
    CouponsApi,
    CreditLotsApi,
    CustomersApi,
    DisputesApi,
    DraftsApi,
    DunningApi,
    ExchangeRatesApi,
    HealthApi,
    InvoicesApi,
    JobsApi,
    LedgerApi,
    OrdersApi,
    PaymentMethodsApi,
    PaymentsApi,
    PlansApi,
    ProvisionApi,
    RedemptionsApi,
    ReferralsApi,
    ReportsApi,
    ScheduledChangesApi,
    SellerApi,
    SellersApi,
    ServicesApi,
    SubscriptionsApi,
    TaxExemptionsApi,
    UsageApi,
    VerifyApi,
    VoucherBatchesApi,
    VouchersApi,
):
    """Every operation of the API, as a method named like its operationId."""
