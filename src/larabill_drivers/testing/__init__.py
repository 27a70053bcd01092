"""The conformance kit: a driver's tests inherit a class from here in ten lines. Needs pytest.

from larabill_drivers.testing.provisioner import ProvisionerContract

class TestAcme(ProvisionerContract):
    plan, other_plan = "small", "large"

    @pytest.fixture
    def driver(self):
        return Acme(AcmeSettings(...), account="main", clock=SystemClock())
"""

import pytest

pytest.register_assert_rewrite("larabill_drivers.testing.provisioner", "larabill_drivers.testing.behind_http")
