"""Answers on stdout: tables for people (by rich where it is installed), one JSON value for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any
from uuid import UUID

import click

WIDTH = 100
"""Columns that tables are laid out for when stdout is no terminal."""


def emit(data: object) -> None:
    """One JSON value."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: object) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal | UUID | Path):
        return str(value)
    raise TypeError(f"a {type(value).__name__} has no place in an answer")


def cell(value: object) -> str:
    """A value as text in a table: instants to the minute, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value.value if isinstance(value, Enum) else value)


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], *, right: Sequence[str] = ()) -> None:
    """Rows under headings; those in `right` are set to the right, as numbers are."""
    if not rows:
        click.echo(f"{title}: none")
        return
    texts = [[cell(value) for value in row] for row in rows]
    try:
        import rich  # noqa: F401 - only asked whether it is here
    except ImportError:
        _plain_table(title, columns, texts, right)
    else:
        _rich_table(title, columns, texts, right)


def _rich_table(title: str, columns: Sequence[str], rows: list[list[str]], right: Sequence[str]) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    shown = Table(title=Text(title), title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for name in columns:
        # an id that is broken over two lines cannot be copied
        shown.add_column(name, justify="right" if name in right else "left", overflow="fold", no_wrap=name == "id")
    for row in rows:
        # Text, because a value such as "[red]" is data and no markup
        shown.add_row(
            *(
                Text(value, style=_STYLES.get(value, "") if name in _STATES else "")
                for name, value in zip(columns, row, strict=True)
            )
        )
    console().print(shown)


_STATES = ("status", "from", "to", "level", "desired")
_STYLES = {
    **dict.fromkeys(("active", "paid", "captured", "done", "ok", "deprovisioned"), "green"),
    **dict.fromkeys(("failed", "dead", "declined", "wrong"), "red"),
    **dict.fromkeys(("parked", "suspended", "past_due", "issued", "review", "warning"), "yellow"),
}


def console() -> Any:
    """Rich's console on the stdout of now."""
    from rich.console import Console

    probe = Console(highlight=False)
    return probe if probe.is_terminal else Console(highlight=False, width=WIDTH)


def _plain_table(title: str, columns: Sequence[str], rows: list[list[str]], right: Sequence[str]) -> None:
    widths = [max(len(row[index]) for row in [list(columns), *rows]) for index in range(len(columns))]

    def line(row: Sequence[str]) -> str:
        cells = (
            text.rjust(width) if name in right else text.ljust(width)
            for name, text, width in zip(columns, row, widths, strict=True)
        )
        return "  ".join(cells).rstrip()

    click.echo(f"{title}\n\n{line(columns)}\n{'  '.join('-' * width for width in widths)}")
    for row in rows:
        click.echo(line(row))
    click.echo()
