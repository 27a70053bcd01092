"""What was asked is asked again when the clock moved or a table that it read was written, and only then."""

from __future__ import annotations

import sqlalchemy as sa
from tests.histories.watch import Watch


def test_an_answer_holds_until_what_it_read_is_written() -> None:
    database = sa.create_engine("sqlite://")
    with database.begin() as connection:
        for name in ("larabill_read", "larabill_other"):
            connection.exec_driver_sql(f"CREATE TABLE {name} (id INTEGER)")
        watch = Watch(database)

        def ask(now: int = 0) -> int:
            query = sa.text("SELECT count(*) FROM larabill_read")
            answer: int = watch.ask("how many", now, lambda: connection.execute(query).scalar_one() + next(asked) * 100)
            return answer

        asked = iter(range(9))
        assert (ask(), ask()) == (0, 0)
        connection.exec_driver_sql("INSERT INTO larabill_other VALUES (1)")
        assert ask() == 0
        connection.exec_driver_sql("INSERT INTO larabill_read VALUES (1)")
        assert (ask(), ask()) == (101, 101)
        connection.exec_driver_sql("UPDATE larabill_read SET id = 2")
        assert ask() == 201
        connection.exec_driver_sql("WITH them AS (SELECT 1 AS id) SELECT count(*) FROM larabill_read, them")
        assert ask() == 201
        assert ask(now=1) == 301
