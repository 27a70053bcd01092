"""Instalments are collected on their due days, once each; who misses one owes the rest."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.billing.market import Market

from larabill_billing.invoicing.instalments import divided
from larabill_billing.invoicing.model import InvoiceStatus
from larabill_billing.invoicing.plans import agree, current_plan
from larabill_billing.payments.model import PaymentStatus
