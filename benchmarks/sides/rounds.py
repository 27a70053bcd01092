"""The rounds: the two sides of each ratio in turn, in one process, on databases that grow alike."""

from __future__ import annotations

import gc
import time
import tracemalloc
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import attrs
import sqlalchemy as sa
from sqlalchemy.orm import Session

from benchmarks.sides.floor import BESIDE, FLOOR
from benchmarks.sides.orm import Mapped
from benchmarks.sides.shop import Shop
from benchmarks.sides.written import Watch, copy_all, tables_of
from larabill_cli.demo.databases import temporary
from larabill_sqlalchemy.databases import MYSQL, open_database
from larabill_sqlalchemy.migrate import upgrade
from larabill_sqlalchemy.opening import storages_of

ONE_BY_ONE = 50
"""How many agreements of a month are renewed alone, to see what a batch saves."""
MIB = 2**20


@attrs.define
class Cost:
    """Seconds that one side took in a round, and how many renewals that was for."""

    cpu: float = 0.0
    wall: float = 0.0
    renewals: int = 0

    @contextmanager
    def of(self, renewals: int) -> Iterator[None]:
        """What happens within is added. What was left behind before is cleared away first."""
        gc.collect()
        cpu, wall = time.process_time(), time.perf_counter()
        yield
        self.cpu += time.process_time() - cpu
        self.wall += time.perf_counter() - wall
        self.renewals += renewals


@attrs.frozen
class Pair:
    """A shop, and a database with the same tables and rows in which another side writes what the shop wrote."""

    shop: Shop
    watch: Watch
    other: sa.Engine

    @classmethod
    def open(cls, stack: ExitStack, url: str, folder: Path, size: int, batch: int) -> Pair:
        """Both on new databases, which go with `stack`."""
        ours, theirs = (stack.enter_context(temporary(url, keep=False)) for _ in range(2))
        shop = Shop.open(ours.render_as_string(hide_password=False), folder, size)
        stack.callback(shop.close)
        watch = Watch(shop, batch)
        if theirs.get_backend_name() in MYSQL:
            theirs = theirs.update_query_dict({"local_infile": "1"})
        other = open_database(theirs)
        stack.callback(other.dispose)
        upgrade(other, storages_of(shop.engine.manifest.modules))
        copy_all(shop, other)
        return cls(shop, watch, other)


class Costs:
    """The rounds' costs by side."""

    def __init__(self) -> None:
        self._sides: defaultdict[str, list[Cost]] = defaultdict(list)

    def new(self, side: str) -> Cost:
        """Of one more round."""
        self._sides[side].append(Cost())
        return self._sides[side][-1]

    def each(self, side: str, what: str = "cpu") -> list[float]:
        """Seconds for one renewal, round by round."""
        return [getattr(cost, what) / cost.renewals for cost in self._sides[side]]

    def ratio(self, side: str, to: str, what: str = "cpu") -> float:
        """The median over the rounds."""
        pairs = zip(self.each(side, what), self.each(to, what), strict=True)
        return round(median(one / other for one, other in pairs), 2)


def measure(url: str, n: int, batch: int, rounds: int, folder: Path, say: Callable[[str], None]) -> dict[str, Any]:
    """All ratios, as the last line of the benchmark has them."""
    with ExitStack() as stack:
        say(f"making {n} and {_tenth(n)} agreements, and copies of them")
        large = Pair.open(stack, url, folder, n, batch)
        small = Pair.open(stack, url, folder, _tenth(n), batch)
        kind = large.shop.database.dialect.name
        costs, counted = Costs(), []
        for number in range(1, rounds + 1):
            say(f"round {number} of {rounds}")
            counted.append(_beside_the_driver(large, batch, costs))
            _beside_the_orm(small, batch, costs)
            _poisoned(small.shop, batch, costs.new("poisoned"))
            _alone(small.shop, batch, costs.new("alone"))
        beside = {name: _beside(large, batch, name) for name in BESIDE[kind]}
        say("memory")
        peaks = [_peak(pair.shop, batch) for pair in (large, small)]
        return {
            "database": kind,
            "n": n,
            "batch": batch,
            "sql_per_renewal": round(median(counted) / n, 4),
            "cpu_ratio_to_floor": costs.ratio("ours", "floor"),
            "wall_ratio_to_floor": costs.ratio("ours", "floor", "wall"),
            "growth_ratio": costs.ratio("ours", "small"),
            "orm_ratio": costs.ratio("orm", "small"),
            "per_subscription_ratio": costs.ratio("alone", "small"),
            "poison_ratio": costs.ratio("poisoned", "small"),
            "renewals_per_second": round(1 / median(costs.each("ours", "wall"))),
            "peak_memory_mib": round(peaks[0], 1),
            "memory_growth_ratio": round(peaks[0] / peaks[1], 2),
            "cpu_us": {side: round(median(costs.each(side)) * 1e6) for side in ("ours", "floor", "orm", "alone")}
            | beside,
        }


def _tenth(n: int) -> int:
    return max(n // 10, 1)


def _beside_the_driver(pair: Pair, batch: int, costs: Costs) -> int:
    """One month of ours, each batch then written again by the plain driver; how many statements ours took."""
    shop, ours, floor = pair.shop, costs.new("ours"), costs.new("floor")
    write = FLOOR[shop.database.dialect.name]
    shop.wait_a_month()
    statements = Statements(shop.database)
    with pair.other.connect() as connection:
        driver = connection.connection.driver_connection
        for count in shop.batches(batch):
            pair.watch.mark()
            with statements.counted(), ours.of(count):
                shop.renew(batch)
            written = pair.watch.written(count, plain=True)
            with floor.of(count):
                write(driver, written)
    return statements.count


def _beside(pair: Pair, batch: int, name: str) -> int:
    """Microseconds of CPU for one renewal by another way of the driver."""
    shop, cost = pair.shop, Cost()
    write = BESIDE[shop.database.dialect.name][name]
    shop.wait_a_month()
    with pair.other.connect() as connection:
        driver = connection.connection.driver_connection
        for count in shop.batches(batch):
            pair.watch.mark()
            shop.renew(batch)
            written = pair.watch.written(count, plain=True)
            with cost.of(count):
                write(driver, written)
    return round(cost.cpu / cost.renewals * 1e6)


def _beside_the_orm(pair: Pair, batch: int, costs: Costs) -> None:
    """One month of ours, each batch then written again by the ORM."""
    shop, ours, orm = pair.shop, costs.new("small"), costs.new("orm")
    shop.wait_a_month()
    mapped = Mapped(tables_of(shop))
    for count in shop.batches(batch):
        pair.watch.mark()
        with ours.of(count):
            shop.renew(batch)
        written = pair.watch.written(count, plain=False)
        with orm.of(count), Session(pair.other) as session:
            mapped.write(session, written)


def _poisoned(shop: Shop, batch: int, cost: Cost) -> None:
    """One month in which one agreement in 500 cannot be priced; those are left out of the following months."""
    poisoned = max(shop.size // 500, 1)
    shop.poison(poisoned)
    shop.wait_a_month()
    for count in shop.batches(batch):
        with cost.of(count):
            shop.renew(batch)
    shop.size -= poisoned


def _alone(shop: Shop, batch: int, cost: Cost) -> None:
    """One month in which some agreements are renewed one by one, each in a transaction of its own."""
    shop.wait_a_month()
    alone = min(ONE_BY_ONE, shop.size)
    for _ in range(alone):
        with cost.of(1):
            shop.renew(1)
    for _ in range(0, shop.size - alone, batch):
        shop.renew(batch)


def _peak(shop: Shop, batch: int) -> float:
    """MiB that a month of renewals takes at most, above what there was."""
    shop.wait_a_month()
    gc.collect()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for _ in shop.batches(batch):
            shop.renew(batch)
        return (tracemalloc.get_traced_memory()[1] - before) / MIB
    finally:
        tracemalloc.stop()


class Statements:
    """Counts them: at the server where it tells, for PyMySQL may send more than it is given; else those that we send,
    BEGIN and COMMIT among them."""

    def __init__(self, database: sa.Engine) -> None:
        self._database = database
        self._asks = database.dialect.name in MYSQL
        self.count = 0

    @contextmanager
    def counted(self) -> Iterator[None]:
        """What is sent within is added."""
        if self._asks:
            asked = self._questions()
            begun = self._questions()
            yield
            self.count += self._questions() - begun - (begun - asked)
            return
        names = ["before_cursor_execute", "commit"]
        if self._database.dialect.name != "sqlite":
            names.append("begin")  # on SQLite it is a statement of ours
        for name in names:
            sa.event.listen(self._database, name, self._one_more)
        yield
        for name in names:
            sa.event.remove(self._database, name, self._one_more)

    def _one_more(self, *_: object) -> None:
        self.count += 1

    def _questions(self) -> int:
        with self._database.connect() as connection:
            return int(connection.exec_driver_sql("SHOW SESSION STATUS LIKE 'Questions'").one()[1])
