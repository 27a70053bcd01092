"""Operations of the API: actions. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from larabill_client.models.actions import ActionOut, ActionPage
from larabill_client.transport import Transport


class ActionsApi(Transport):
    """Operations under /actions."""

    def list_actions(
        self, *, after: str | None = None, limit: int | None = None, sort: Literal["-created", "created"] | None = None
    ) -> ActionPage:
        """What staff did over HTTP.

        Needs `actions.read`.
        """
        return self._ask(ActionPage, "GET", "/actions", query={"after": after, "limit": limit, "sort": sort})

    def all_actions(self, *, sort: Literal["-created", "created"] | None = None) -> Iterator[ActionOut]:
        """Every item of `list_actions`, page by page as it is asked for."""
        after: str | None = None
        while True:
            page = self.list_actions(after=after, limit=100, sort=sort)
            yield from page.items
            after = page.next
            if after is None:
                return
