"""The how-to's settings are taken as they stand there, but for the files of the reader's own."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from larabill_core.errors import Faults
from larabill_core.structure import structure
from larabill_drivers.cloud.generic_ssh.scripts.linux_account import OPERATIONS
from larabill_drivers.cloud.generic_ssh.settings import GenericSshSettings

HOW_TO = Path(__file__).parents[4] / "docs" / "how-to" / "sell-linux-accounts.md"


def test_the_settings_of_the_how_to_are_right(tmp_path: Path) -> None:
    (block,) = re.findall(r"^```toml\n(.*?)^```$", HOW_TO.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    key = tmp_path / "key"
    key.write_text("a key")
    table = tomllib.loads(block)["drivers"]["web1"]
    assert table.pop("driver") == "generic_ssh"
    faults = Faults()
    settings = structure(GenericSshSettings, {**table, "private_key": {"file": str(key)}}, faults)
    assert list(map(str, faults)) == []
    assert settings is not None
    words = {vector[1] for vector in table["commands"].values()}
    assert words == {*OPERATIONS, "list"}
