"""The example driver is a package that pip installs and the registry finds; the how-to shows its very code."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "driver_package"
HOW_TO = ROOT / "docs" / "how-to" / "write-a-driver.md"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which pip has installed the example, without any network."""
    if importlib.util.find_spec("hatchling") is None or importlib.util.find_spec("pip") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("installing the example needs pip and hatchling")
        pytest.skip("installing the example needs pip and hatchling")
    folder = tmp_path_factory.mktemp("example")
    source, target = folder / "source", folder / "target"
    shutil.copytree(EXAMPLE, source, ignore=shutil.ignore_patterns("__pycache__", ".pytest_cache"))
    options = ["--no-index", "--no-deps", "--no-build-isolation", "--disable-pip-version-check", "--quiet"]
    command = [sys.executable, "-m", "pip", "install", *options, "--target", str(target), str(source)]
    subprocess.run(command, check=True, capture_output=True, text=True)
    return target


def run_beside(target: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Python in a process of its own, that sees what is installed in `target` and what we see."""
    path = os.pathsep.join([str(target), *filter(None, sys.path)])
    environment: Mapping[str, str] = {**os.environ, "PYTHONPATH": path}
    command = [sys.executable, *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False, cwd=target)


SCRIPT = """
import json, sys
from pathlib import Path
from larabill_core.clock import SystemClock
from larabill_core.manifest import check_manifest
from larabill_drivers.registry import DriverSet, load_infos

infos = load_infos()
data = {
    "larabill": {"database": "sqlite://", "modules": []},
    "drivers": {"rack1": {"driver": "folder", "folder": sys.argv[1]}},
}
manifest = check_manifest(data, installed={}, drivers=infos)
driver = DriverSet(manifest.accounts, infos, SystemClock()).get("rack1")
print(json.dumps({"known": sorted(infos), "driver": type(driver).__name__, "found": list(driver.list_resources())}))
"""


def test_a_pip_installed_driver_is_found_by_its_entry_point(installed: Path, tmp_path: Path) -> None:
    ended = run_beside(installed, "-c", SCRIPT, str(tmp_path))
    assert ended.returncode == 0, ended.stderr
    answer = json.loads(ended.stdout)
    assert {"folder", "fake", "generic_ssh", "stripe"} <= set(answer["known"])
    assert (answer["driver"], answer["found"]) == ("FolderDriver", [])


def test_without_the_package_it_is_not_there(tmp_path: Path) -> None:
    ended = run_beside(tmp_path, "-c", SCRIPT, str(tmp_path))
    assert ended.returncode != 0
    assert "drivers.rack1.driver: is not an installed driver" in ended.stderr


def test_the_example_holds_to_the_contract(installed: Path) -> None:
    tests = EXAMPLE / "tests"
    options = ["-q", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", str(tests), "-W", "error"]
    ended = run_beside(installed, "-m", "pytest", *options, str(tests))
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert re.search(r"\d{2} passed", ended.stdout)


def test_the_how_to_shows_the_code_of_the_example() -> None:
    files = [path.read_text("utf-8") for path in EXAMPLE.rglob("*") if path.suffix in (".py", ".toml")]
    blocks = re.findall(r"^```(?:python|toml)\n(.*?)^```$", HOW_TO.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert len(blocks) >= 6
    assert [block for block in blocks if not any(block in text for text in files)] == []
