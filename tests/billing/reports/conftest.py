"""The stage of the tests of agreements serves those of reports too."""

from __future__ import annotations

from tests.billing.subscriptions.conftest import market, open_market, open_stage, quiet_market, stage

__all__ = ["market", "open_market", "open_stage", "quiet_market", "stage"]
