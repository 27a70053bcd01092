"""The wheel carries all of the code and its data, and its entry points lead somewhere."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES = sorted(
    path.parent for folder in ("src", "adapters/*") for path in ROOT.glob(f"{folder}/larabill_*/py.typed")
)
ENTRY_POINTS = {
    **{f"larabill.{k}": v for k, v in PROJECT["project"]["scripts"].items()},
    **{k: v for group in PROJECT["project"]["entry-points"].values() for k, v in group.items()},
}


@pytest.fixture(scope="module")
def names_in_wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, env={**os.environ, "NO_COLOR": "1"}, check=True, capture_output=True)
    (wheel,) = folder.glob("larabill-*.whl")
    return set(zipfile.ZipFile(wheel).namelist())


def test_every_package_is_declared() -> None:
    declared = {ROOT / name for name in PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]}
    folders = {ROOT / name for name in PROJECT["tool"]["hatch"]["build"]["dev-mode-dirs"]}
    assert declared == set(PACKAGES)
    assert folders == {path.parent for path in PACKAGES}


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_wheel_holds_every_file_of(package: Path, names_in_wheel: set[str]) -> None:
    files = {
        path.relative_to(package.parent).as_posix()
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert sorted(files - names_in_wheel) == []


def test_wheel_holds_nothing_but_the_packages(names_in_wheel: set[str]) -> None:
    tops = {name.partition("/")[0] for name in names_in_wheel}
    assert {top for top in tops if not top.endswith(".dist-info")} == {path.name for path in PACKAGES}


@pytest.mark.parametrize("name", ENTRY_POINTS)
def test_entry_point_resolves(name: str) -> None:
    assert EntryPoint(name, ENTRY_POINTS[name], "larabill").load() is not None
