"""`python -m tests.oracle [--all] [FILE]`."""

from __future__ import annotations

import sys

from tests.oracle.areas import SHAPES
from tests.oracle.runner import read, report, run, where


def main(arguments: list[str]) -> int:
    """Print the report; 1 when a case failed."""
    cases = read(where(arguments))
    text, passed = report(cases, run(cases, SHAPES), everything="--all" in arguments)
    print(text)
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
