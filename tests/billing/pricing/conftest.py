"""What these tests reckon themselves is exact, too."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Context, localcontext

import pytest


@pytest.fixture(scope="module", autouse=True)
def exact_arithmetic() -> Iterator[None]:
    """Twelve decimals times twelve do not fit in the 28 digits of the default context."""
    with localcontext(Context(prec=200)):
        yield
