"""The manifests and catalogues that people copy have no faults."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

import larabill_cli
from larabill_billing.catalog.loader import read_catalog
from larabill_core.manifest import check_manifest, read_manifest
from larabill_core.module import installed_modules
from larabill_drivers.registry import load_infos
from larabill_provisioning.settings import ProvisioningSettings

SAMPLES = Path(str(larabill_cli.__file__)).parent / "samples"
EXAMPLE = Path(__file__).parents[2] / "examples" / "hosting"


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    key = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    monkeypatch.setenv("LARABILL_DATABASE", "sqlite://")
    monkeypatch.setenv("LARABILL_WEB1_KEY", key.decode())
    monkeypatch.setenv("LARABILL_STRIPE_SIGNING_SECRET", "whsec_" + "0123456789abcdef" * 2)
    monkeypatch.setenv("LARABILL_MAIL_PASSWORD", "for this test only")


@pytest.mark.parametrize("folder", [SAMPLES, EXAMPLE], ids=["samples", "example"])
def test_manifest_and_catalogue_fit_together(folder: Path) -> None:
    data = read_manifest(folder / "larabill.toml")
    manifest = check_manifest(data, installed=installed_modules(), drivers=load_infos())
    plans = {plan.code for plan in read_catalog(folder / "catalog.toml").plans}
    provisioning: ProvisioningSettings = manifest.settings["provisioning"]
    assert {entry.plan for entry in provisioning.plans} <= plans
    assert {entry.account for entry in provisioning.plans} <= manifest.accounts.keys()
