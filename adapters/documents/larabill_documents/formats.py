"""What a template itself puts into the reader's language; amounts and dates come to it as people write them."""

from __future__ import annotations

from babel.core import Locale
from jinja2 import pass_context
from jinja2.runtime import Context


@pass_context
def country(context: Context, code: str) -> str:
    """The name of an ISO 3166 country; the code itself when it has none."""
    name: str | None = Locale.parse(context["t"]["locale"]).territories.get(code)
    return name or code
