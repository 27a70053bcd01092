"""Programs of other people that some tests ask for a second opinion."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

IS_CI = os.environ.get("CI", "") == "true"


def ask(program: str, *arguments: str, install: str) -> subprocess.CompletedProcess[str]:
    """Run a program, from beside our Python or on PATH. Where it is missing: skipped, under CI=true failed."""
    beside = Path(sys.executable).parent / program
    found = str(beside) if beside.exists() else shutil.which(program)
    if found is None:
        said = f"{program} is not here: {install}"
        if IS_CI:
            pytest.fail(said)
        pytest.skip(said)
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    return subprocess.run([found, *arguments], capture_output=True, text=True, check=False, env=environment)
