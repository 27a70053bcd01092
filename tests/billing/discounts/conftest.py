"""The stage of agreements, with coupons."""

from tests.billing.subscriptions.conftest import open_stage, stage

__all__ = ["open_stage", "stage"]
