"""What a package offers is what its ``__all__`` says, and all of that is there."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = sorted(
    path.parent.name for folder in ("src", "adapters/*") for path in ROOT.glob(f"{folder}/larabill_*/__init__.py")
)


def test_the_packages_are_found() -> None:
    assert {"larabill_core", "larabill_billing", "larabill_provisioning", "larabill_drivers"} <= set(PACKAGES)


@pytest.mark.parametrize("package", PACKAGES)
def test_public_names_are_sorted_unique_and_not_private(package: str) -> None:
    names = importlib.import_module(package).__all__
    assert list(names) == sorted(set(names))
    assert [name for name in names if name.startswith("_") and name != "__version__"] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_resolves(package: str) -> None:
    module = importlib.import_module(package)
    assert [name for name in module.__all__ if not hasattr(module, name)] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_unknown_name_is_refused(package: str) -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = importlib.import_module(package).no_such_name


@pytest.mark.parametrize("package", PACKAGES)
def test_package_is_marked_as_typed(package: str) -> None:
    location = importlib.import_module(package).__file__
    assert location is not None
    assert Path(location).with_name("py.typed").is_file()
