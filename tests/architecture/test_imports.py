"""The import rules of the architecture hold, and each of them can break."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FEATURE = "src/larabill_billing/ledger"
LINT = "from importlinter.cli import lint_imports_command as run; run()"
HEAVY = ("alembic", "cryptography", "httpx", "jinja2", "paramiko", "pluggy", "sqlalchemy")

# What is planted (file in the tree → its text), and the contract that it has to break.
PLANTS = [
    pytest.param({f"{FEATURE}/planted.py": "import sqlalchemy\n"}, "no-frameworks", id="billing-imports-sqlalchemy"),
    pytest.param(
        {f"{FEATURE}/planted.py": "import larabill_provisioning.module\n"},
        "house",
        id="billing-to-provisioning",
    ),
    pytest.param({"src/larabill_core/planted.py": "import httpx\n"}, "no-wire", id="core-imports-httpx"),
    pytest.param({"src/larabill_core/planted.py": "import larabill_billing.module\n"}, "house", id="core-looks-up"),
    pytest.param({"src/larabill_drivers/planted.py": "import larabill_sqlalchemy\n"}, "house", id="drivers-to-adapter"),
    pytest.param(
        {f"{FEATURE}/planted.py": "import larabill_billing.orders\n"},
        "billing-features",
        id="ledger-knows-orders",
    ),
    pytest.param(
        {"src/larabill_billing/proration/planted.py": "import larabill_billing.settings\n"},
        "pure-rules",
        id="pure-package-knows-settings",
    ),
    pytest.param(
        {"src/larabill_billing/pricing/planted.py": "import larabill_billing.proration.model\n"},
        "billing-features",
        id="pricing-knows-proration",
    ),
    pytest.param(
        {f"{FEATURE}/ports.py": "", f"{FEATURE}/model.py": "import larabill_billing.ledger.ports\n"},
        "pure-models",
        id="model-knows-ports",
    ),
    pytest.param(
        {
            "src/larabill_drivers/cloud/planted.py": "import larabill_drivers.gateways.planted\n",
            "src/larabill_drivers/gateways/planted.py": "",
        },
        "drivers-apart",
        id="driver-knows-driver",
    ),
]


def source_roots(root: Path) -> list[str]:
    return [str(root / "src"), *sorted(str(path) for path in (root / "adapters").iterdir() if path.is_dir())]


def lint_imports(root: Path) -> tuple[int, set[str], str]:
    """Run lint-imports over the tree: its exit code, the names of broken contracts, its report."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(source_roots(root)), "COLUMNS": "400"}
    command = [sys.executable, "-c", LINT, "--no-cache"]
    done = subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, check=False)
    report = done.stdout + done.stderr
    return done.returncode, set(re.findall(r"^(.+) BROKEN\b", report, re.MULTILINE)), report


def contract_name(contract: str) -> str:
    text = (ROOT / "pyproject.toml").read_text()
    found = re.search(rf'id = "{contract}"\nname = "(.+)"', text)
    assert found, f"pyproject.toml has no contract {contract}"
    return found[1]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the code and of its rules, to plant in."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for folder in ("src", "adapters"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_every_import_rule_is_kept() -> None:
    code, broken, report = lint_imports(ROOT)
    assert (code, broken) == (0, set()), report


@pytest.mark.parametrize(("plant", "contract"), PLANTS)
def test_planted_import_breaks_its_rule(tree: Path, plant: dict[str, str], contract: str) -> None:
    for name, text in plant.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(text)
    code, broken, report = lint_imports(tree)
    assert code == 1, report
    assert contract_name(contract) in broken, report


@pytest.mark.parametrize("package", ["larabill_core", "larabill_billing", "larabill_provisioning"])
def test_importing_a_package_loads_no_heavy_library(package: str) -> None:
    script = f"import sys, {package}; print(*sorted({{m.partition('.')[0] for m in sys.modules}} & {set(HEAVY)}))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
