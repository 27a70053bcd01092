"""LaraBill's own drivers, announced by the same hook as everybody else's."""

from __future__ import annotations

from larabill_core.contracts.provider import DriverInfo, DriverType
from larabill_drivers.cloud.generic_ssh.settings import GenericSshSettings
from larabill_drivers.compute.proxmox.settings import ProxmoxConfig, ProxmoxSettings, ProxmoxSpec
from larabill_drivers.fake import FakeSettings
from larabill_drivers.game.pterodactyl.settings import PterodactylConfig, PterodactylSettings, PterodactylSpec
from larabill_drivers.gateways.fake import FakeGatewaySettings
from larabill_drivers.gateways.stripe.driver import StripeSettings
from larabill_drivers.hookspecs import hookimpl
from larabill_drivers.services.ecb_rates import EcbRatesSettings
from larabill_drivers.services.vies import ViesSettings


@hookimpl
def larabill_drivers() -> list[DriverInfo]:
    """All drivers in this distribution."""
    return [
        DriverInfo(
            name="generic_ssh",
            type=DriverType.CLOUD,
            settings_class=GenericSshSettings,
            target="larabill_drivers.cloud.generic_ssh.driver:make",
        ),
        DriverInfo(
            name="pterodactyl",
            type=DriverType.GAME,
            settings_class=PterodactylSettings,
            config_class=PterodactylConfig,
            spec_class=PterodactylSpec,
            target="larabill_drivers.game.pterodactyl.driver:Pterodactyl",
            fake="larabill_drivers.game.pterodactyl.fake:FakePterodactyl",
        ),
        DriverInfo(
            name="proxmox",
            type=DriverType.COMPUTE,
            settings_class=ProxmoxSettings,
            config_class=ProxmoxConfig,
            spec_class=ProxmoxSpec,
            target="larabill_drivers.compute.proxmox.driver:Proxmox",
            fake="larabill_drivers.compute.proxmox.fake:FakeProxmox",
        ),
        DriverInfo(
            name="fake",
            type=DriverType.CLOUD,
            settings_class=FakeSettings,
            target="larabill_drivers.fake:make",
        ),
        DriverInfo(
            name="fake_gateway",
            type=DriverType.GATEWAY,
            settings_class=FakeGatewaySettings,
            target="larabill_drivers.gateways.fake:make",
        ),
        DriverInfo(
            name="stripe",
            type=DriverType.GATEWAY,
            settings_class=StripeSettings,
            target="larabill_drivers.gateways.stripe.driver:StripeWebhooks",
        ),
        DriverInfo(
            name="ecb_rates",
            type=DriverType.SERVICE,
            settings_class=EcbRatesSettings,
            target="larabill_drivers.services.ecb_rates:EcbRates",
        ),
        DriverInfo(
            name="vies",
            type=DriverType.SERVICE,
            settings_class=ViesSettings,
            target="larabill_drivers.services.vies:Vies",
        ),
    ]
