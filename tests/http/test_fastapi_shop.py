"""The example shop works, as its README says it is tested."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SHOP = Path(__file__).parents[2] / "examples" / "fastapi_shop"
OWN_LINES = 200


def test_its_own_tests_pass() -> None:
    command = [sys.executable, "-m", "pytest", "-q", "--no-cov", "-n", "0", "tests"]
    done = subprocess.run(command, cwd=SHOP, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_it_is_small() -> None:
    """Lines of Python that are not empty."""
    lines = [line for path in SHOP.glob("*.py") for line in path.read_text(encoding="utf-8").splitlines()]
    assert len([line for line in lines if line.strip()]) < OWN_LINES
