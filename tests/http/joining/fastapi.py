"""FastAPI applications with a session of SQLAlchemy's for each request: in threads, and on asyncio."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from typing import Annotated, Any, Final

import attrs
import sqlalchemy as sa
from fastapi import Body, Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from starlette.testclient import TestClient
from tests.billing.market import Market
from tests.http.joining.host import CARTS, End, JoiningHost, Step, take

from larabill_fastapi import larabill_lifespan

ASYNC: Final = {
    "sqlite+pysqlite": "sqlite+aiosqlite",
    "mariadb+pymysql": "mariadb+asyncmy",
    "postgresql+psycopg": "postgresql+psycopg_async",
}
Asked = Annotated[Any, Body()]


class Base(DeclarativeBase):
    pass


class Cart(Base):
    __tablename__ = CARTS.name
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


@attrs.frozen
class FastApiHost:
    client: TestClient
    ends_that_keep_nothing: tuple[End, ...] = ("rollback", "nothing")

    def ask(self, *steps: Step, end: End = "commit") -> int:
        return self.client.post("/work", json={"steps": steps, "end": end}).status_code


def carry_out(asked: Any, market: Market, session: Session) -> None:
    take(
        asked["steps"],
        market,
        partial(market.engine.joined, session),
        lambda: session.add(Cart(name="mine")),
        session.flush,
    )


@contextmanager
def open_fastapi(market: Market, url: sa.URL) -> Iterator[JoiningHost]:
    database = sa.create_engine(url)
    app = FastAPI(lifespan=larabill_lifespan(market.engine, worker=False))

    def new_session() -> Iterator[Session]:
        with Session(database) as session:
            yield session

    own = Depends(new_session)

    @app.post("/work")
    def work(asked: Asked, session: Session = own) -> None:
        carry_out(asked, market, session)
        match asked["end"]:
            case "commit":
                session.commit()
            case "rollback":
                session.rollback()

    with TestClient(app, raise_server_exceptions=False) as client:
        yield FastApiHost(client)
    database.dispose()


@contextmanager
def open_fastapi_async(market: Market, url: sa.URL) -> Iterator[JoiningHost]:
    database = create_async_engine(url.set(drivername=ASYNC[url.drivername]))

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with larabill_lifespan(market.engine, worker=False)(app):
            yield
        await database.dispose()

    app = FastAPI(lifespan=lifespan)

    async def new_session() -> AsyncIterator[AsyncSession]:
        async with AsyncSession(database) as session:
            yield session

    own = Depends(new_session)

    @app.post("/work")
    async def work(asked: Asked, session: AsyncSession = own) -> None:
        await session.run_sync(partial(carry_out, asked, market))
        match asked["end"]:
            case "commit":
                await session.commit()
            case "rollback":
                await session.rollback()

    with TestClient(app, raise_server_exceptions=False) as client:
        yield FastApiHost(client)
