"""Operations of the API: dunning. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from larabill_client.models.dunning import DunningCaseOut, DunningCasePage
from larabill_client.transport import Transport


class DunningApi(Transport):
    """Operations under /dunning."""

    def list_dunning_cases(
        self,
        *,
        after: str | None = None,
        limit: int | None = None,
        sort: Literal["-created", "created"] | None = None,
        show: Literal["all", "open"] | None = None,
    ) -> DunningCasePage:
        """Agreements with an unpaid invoice.

        Needs `dunning.read`.
        """
        return self._ask(
            DunningCasePage, "GET", "/dunning/cases", query={"after": after, "limit": limit, "sort": sort, "show": show}
        )

    def all_dunning_cases(
        self, *, sort: Literal["-created", "created"] | None = None, show: Literal["all", "open"] | None = None
    ) -> Iterator[DunningCaseOut]:
        """Every item of `list_dunning_cases`, page by page as it is asked for."""
        after: str | None = None
        while True:
            page = self.list_dunning_cases(after=after, limit=100, sort=sort, show=show)
            yield from page.items
            after = page.next
            if after is None:
                return
