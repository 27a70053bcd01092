"""LaraBill's own drivers, announced by the same hook as everybody else's."""

from __future__ import annotations

from typing import Final

from larabill_core.contracts.provider import DriverInfo, DriverType
from larabill_drivers.cloud.generic_ssh.settings import GenericSshSettings
from larabill_drivers.cloud.kasm.settings import KasmConfig, KasmSettings, KasmSpec
from larabill_drivers.compute.proxmox.settings import ProxmoxConfig, ProxmoxSettings, ProxmoxSpec
from larabill_drivers.compute.virtfusion.settings import VirtFusionConfig, VirtFusionSettings, VirtFusionSpec
from larabill_drivers.dedicated.synergycp.settings import SynergyCpConfig, SynergyCpSettings, SynergyCpSpec
from larabill_drivers.fake import FakeSettings
from larabill_drivers.game.pterodactyl.settings import PterodactylConfig, PterodactylSettings, PterodactylSpec
from larabill_drivers.game.tcadmin.settings import TcadminConfig, TcadminSettings, TcadminSpec
from larabill_drivers.gateways.fake import FakeGatewaySettings
from larabill_drivers.gateways.stripe.driver import StripeSettings
from larabill_drivers.hookspecs import hookimpl
from larabill_drivers.panels.enhance.settings import EnhanceConfig, EnhanceSettings, EnhanceSpec
from larabill_drivers.panels.whm.settings import WhmConfig, WhmSettings, WhmSpec
from larabill_drivers.services.ecb_rates import EcbRatesSettings
from larabill_drivers.services.vies import ViesSettings

DRIVERS: Final = (
    DriverInfo(
        name="enhance",
        type=DriverType.PANELS,
        settings_class=EnhanceSettings,
        config_class=EnhanceConfig,
        spec_class=EnhanceSpec,
        target="larabill_drivers.panels.enhance.driver:make",
        fake="larabill_drivers.panels.enhance.fake:FakeEnhance",
    ),
    DriverInfo(
        name="generic_ssh",
        type=DriverType.CLOUD,
        settings_class=GenericSshSettings,
        target="larabill_drivers.cloud.generic_ssh.driver:make",
    ),
    DriverInfo(
        name="kasm",
        type=DriverType.CLOUD,
        settings_class=KasmSettings,
        config_class=KasmConfig,
        spec_class=KasmSpec,
        target="larabill_drivers.cloud.kasm.driver:Kasm",
        fake="larabill_drivers.cloud.kasm.fake:FakeKasm",
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
        name="whm",
        type=DriverType.PANELS,
        settings_class=WhmSettings,
        config_class=WhmConfig,
        spec_class=WhmSpec,
        target="larabill_drivers.panels.whm.counting:make",
        fake="larabill_drivers.panels.whm.fake:FakeWhm",
    ),
    DriverInfo(
        name="tcadmin",
        type=DriverType.GAME,
        settings_class=TcadminSettings,
        config_class=TcadminConfig,
        spec_class=TcadminSpec,
        target="larabill_drivers.game.tcadmin.driver:make",
        fake="larabill_drivers.game.tcadmin.fake:FakeTcadmin",
    ),
    DriverInfo(
        name="virtfusion",
        type=DriverType.COMPUTE,
        settings_class=VirtFusionSettings,
        config_class=VirtFusionConfig,
        spec_class=VirtFusionSpec,
        target="larabill_drivers.compute.virtfusion.driver:make",
        fake="larabill_drivers.compute.virtfusion.fake:FakeVirtFusion",
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
        name="synergycp",
        type=DriverType.DEDICATED,
        settings_class=SynergyCpSettings,
        config_class=SynergyCpConfig,
        spec_class=SynergyCpSpec,
        target="larabill_drivers.dedicated.synergycp.sign_on:make",
        fake="larabill_drivers.dedicated.synergycp.fake:FakeSynergyCp",
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
)


@hookimpl
def larabill_drivers() -> list[DriverInfo]:
    """All drivers in this distribution."""
    return [*DRIVERS]
