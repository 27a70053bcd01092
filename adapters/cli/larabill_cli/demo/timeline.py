"""The story as it happens: date, what happened, money, state."""

from __future__ import annotations

from datetime import datetime

import attrs
import click


@attrs.frozen(kw_only=True)
class Entry:
    """One line of the story. `money` is text such as "14.90 EUR", or empty."""

    at: datetime
    what: str
    money: str = ""
    state: str = ""


_GOOD = ("active", "paid", "captured")
_BAD = ("suspended", "refused", "unpaid", "unverified")


class Timeline:
    """Keeps the entries, and prints each at once unless it is silent."""

    def __init__(self, *, silent: bool) -> None:
        self.entries: list[Entry] = []
        self._silent = silent
        if not silent:
            click.echo(click.style(f"{'Date':<11} {'What happened':<62} {'Money':>10}  State", bold=True))

    def tell(self, at: datetime, what: str, *, money: str = "", state: str = "") -> None:
        """Add one line."""
        self.entries.append(Entry(at=at, what=what, money=money, state=state))
        if not self._silent:
            color = "green" if state in _GOOD else "yellow" if state in _BAD else None
            day = click.style(at.date().isoformat(), dim=True)
            click.echo(f"{day}  {what:<62} {money:>10}  {click.style(state, fg=color)}")
