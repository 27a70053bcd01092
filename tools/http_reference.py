"""The page `docs/reference/http.md`, made from the table of endpoints: `python tools/http_reference.py`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from larabill_core.http.endpoint import Endpoint
from larabill_core.http.limits import RateLimits
from larabill_core.http.table import Table
from larabill_core.kernel import KERNEL
from larabill_core.module import installed_modules

PAGE = Path(__file__).parents[1] / "docs/reference/http.md"
LIMITS = RateLimits()
HEAD = f"""# The HTTP API

Generated from the table of endpoints; a test holds it in step. Every host serves the same: mounted [in
FastAPI](../how-to/mount-in-fastapi.md), or by itself with [larabill serve](../how-to/serve.md). What bodies and
answers look like stands in `openapi.json` under the prefix at which the host mounts it.

**Who.** Nobody is answered 401, whoever lacks the ability 403. The scope says whose rows an endpoint is about: *own*:
a customer's own, and all of the seller's for staff; *seller*: for staff; *installation*: for staff who are bound to no
seller among several; *public*: the request itself is verified. What belongs to another is answered like what is not
there: 404, whether the path, the query or the body names it. Lines of a document, items of an agreement and events of
usage are faults at their place instead (422), again the same for what is another's as for what is not there. Staff of
several sellers name one in the header `Larabill-Seller`.

**Once.** *key*: needs an `Idempotency-Key`. The same key and request give the same answer for 24 hours; with another
request 422; while the first is in flight 409. *version*: needs `If-Match` with the `ETag` of what was read: 428
without, 412 when it has changed.

**Lists.** `limit` (1 to 100) of what follows the id `after`; `next` of a page is `after` of the next one; `sort` is
`created` or `-created`.

**Errors** are [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457) problems, `application/problem+json`, with every
fault of the input at once: a JSON Pointer into the body, or the name of a parameter or header. `request_id` is what
the log is searched for. See [errors](errors.md).

**Limits**, for each minute: {LIMITS.customer} requests for a customer, {LIMITS.staff} for staff, {LIMITS.anonymous}
for an address without login; then 429 with `Retry-After`. Of webhooks only those count that are refused. Of a
customer's codes, of coupons and vouchers, {LIMITS.guesses} may be refused: those that are accepted do not count. A body
holds at most one MiB (413).
"""


def page() -> str:
    """The whole page, as Markdown."""
    table = Table([KERNEL, *installed_modules().values()])
    rows = sorted(table, key=lambda row: (_area(row), row.path, row.method))
    return (
        "\n".join([HEAD, *(part for area, of in groupby(rows, _area) for part in _section(area, of))]).rstrip() + "\n"
    )


def _section(area: str, rows: Iterator[Endpoint]) -> Iterator[str]:
    yield f"## {area}\n"
    yield "| | id | ability | scope | needs | |\n|---|---|---|---|---|---|"
    yield "\n".join(map(_row, rows)) + "\n"


def _row(row: Endpoint) -> str:
    needs = [name for name, needed in (("key", row.needs_key), ("version", row.versioned)) if needed]
    ability = f"`{row.ability}`" if row.ability else ""
    cells = (f"`{row.method} {row.path}`", f"`{row.id}`", ability, row.scope, ", ".join(needs), row.summary)
    return f"| {' | '.join(cells)} |"


def _area(row: Endpoint) -> str:
    return row.path.split("/")[1]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
