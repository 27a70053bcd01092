from __future__ import annotations

import re
from enum import Enum
from pathlib import Path
from typing import Any

import attrs
import pytest
from tools import http_reference

from larabill_billing.bank.settings import BankAccount, CsvColumns
from larabill_billing.exchange.model import ExchangeSettings
from larabill_billing.ledger.chart import CHART, Kind
from larabill_billing.ledger.labels import AccountLabel
from larabill_billing.payments.policies import DisputePolicy, PlanPolicy, WriteOffPolicy
from larabill_billing.policies import DunningPolicy, LadderStep, LateFee
from larabill_billing.proration.model import Convention, ProrationPolicy
from larabill_billing.settings import BillingSettings, SellerSettings
from larabill_billing.tax.model import TaxCategory
from larabill_billing.tax.settings import TaxRule, TaxSettings
from larabill_cli.reference import page
from larabill_core import errors
from larabill_core.calls.limits import LimitSettings
from larabill_core.manifest import Basics, MailSettings
from larabill_drivers.cloud.generic_ssh.settings import GenericSshSettings
from larabill_drivers.gateways.stripe.driver import StripeSettings
from larabill_drivers.services.ecb_rates import EcbRatesSettings
from larabill_drivers.services.vies import ViesSettings
from larabill_provisioning.resources.diagram import mermaid
from larabill_provisioning.settings import PlanSettings, ProvisioningSettings

DOCS = Path(__file__).parents[2] / "docs"


def test_diagram_of_the_states_is_the_transition_table() -> None:
    text = (DOCS / "explanation/main-job.md").read_text(encoding="utf-8")
    shown = re.search(r"<!-- states: begin -->\n\n```mermaid\n(.*?)\n```\n\n<!-- states: end -->", text, re.DOTALL)
    assert shown is not None
    assert shown[1] == mermaid()


def test_reference_of_the_command_line_is_the_commands() -> None:
    shown = (DOCS / "reference/cli.md").read_text(encoding="utf-8")
    assert shown == page(), "python -m larabill_cli.reference > docs/reference/cli.md"


def test_reference_of_http_is_the_table_of_endpoints() -> None:
    shown = (DOCS / "reference/http.md").read_text(encoding="utf-8")
    assert shown == http_reference.page(), "python tools/http_reference.py"


def test_every_error_stands_in_the_reference() -> None:
    shown = (DOCS / "reference/errors.md").read_text(encoding="utf-8")
    classes = {
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.LarabillError) and not kind.__name__.startswith("_")
    } - {errors.LarabillError}
    assert classes
    for kind in classes:
        assert f"| `{kind.__name__}` | `{kind.code}` | {kind.status} |" in shown


def test_every_account_stands_in_the_reference() -> None:
    shown = (DOCS / "reference/accounts.md").read_text(encoding="utf-8")
    rows = [
        f"| `{f'{name}:{each.key}' if each.key else name}` | {each.kind} | {each.label} | {each.meaning} |"
        for name, each in CHART.items()
    ]
    assert "\n".join(rows) in shown
    assert shown.count("\n| `") == len(rows) + len({*Kind} - {Kind.CONTRA})


def test_links_between_the_pages_lead_somewhere() -> None:
    broken = [
        f"{path.relative_to(DOCS)}: {link}"
        for path in DOCS.rglob("*.md")
        for link in re.findall(r"\]\(([^)#:]+\.md)[^)]*\)", path.read_text(encoding="utf-8"))
        if not (path.parent / link).is_file()
    ]
    assert broken == []


@pytest.mark.parametrize(
    ("where", "settings"),
    [
        *(("manifest", each) for each in (Basics, MailSettings, BillingSettings, SellerSettings, TaxRule, TaxSettings)),
        *(("manifest", each) for each in (AccountLabel, ExchangeSettings, EcbRatesSettings)),
        *(("manifest", each) for each in (BankAccount, CsvColumns, DisputePolicy, PlanPolicy, WriteOffPolicy)),
        *(("manifest", each) for each in (ProvisioningSettings, PlanSettings, LimitSettings)),
        *(("manifest", each) for each in (GenericSshSettings, StripeSettings, ViesSettings)),
        *(("manifest", each) for each in (DunningPolicy, LateFee, LadderStep)),
        ("catalogue", ProrationPolicy),
    ],
)
def test_every_key_of_the_manifest_stands_in_its_reference(where: str, settings: type[Any]) -> None:
    shown = (DOCS / f"reference/{where}.md").read_text(encoding="utf-8")
    assert [field.name for field in attrs.fields(settings) if f"`{field.name}`" not in shown] == []


@pytest.mark.parametrize(("where", "choices"), [("manifest", TaxCategory), ("catalogue", Convention)])
def test_every_choice_of_the_manifest_stands_in_its_reference(where: str, choices: type[Enum]) -> None:
    shown = (DOCS / f"reference/{where}.md").read_text(encoding="utf-8")
    assert [choice.value for choice in choices if f"`{choice.value}`" not in shown] == []
