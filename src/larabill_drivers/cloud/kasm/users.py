"""The server's users, as its developer API shows them. Every call is a POST that is answered by an object.

A refusal comes as `error_message`, also under HTTP 200. Which words mean "there is no such user" is not documented:
unless the settings tell, only the list of all users is believed on that.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import attrs
import httpx

from larabill_core.clock import Clock
from larabill_core.contracts.outcome import Failed, Manual, Outcome, Pending, Unknown
from larabill_core.privacy import Secret
from larabill_drivers.asking import Api, Ended
from larabill_drivers.cloud.kasm.answers import Accepted, AllUsers, OneUser, User, explain, says_no
from larabill_drivers.cloud.kasm.settings import KasmSettings
from larabill_drivers.http import Answer, HttpClient

PREFIX = "/api/public"
MOST_PAGES = 1000

T = TypeVar("T")


class Users:
    """All methods raise `Ended`. A look-up that is refused is never a `Failed` for good."""

    def __init__(self, settings: KasmSettings, clock: Clock, transport: httpx.BaseTransport | None) -> None:
        self._settings = settings
        pair = f"{settings.api_key.reveal()}:{settings.api_key_secret.reveal()}"
        basic = Secret(base64.b64encode(pair.encode()).decode())
        client = HttpClient(
            settings.base_url.rstrip("/") + PREFIX,
            headers={"Authorization": f"Basic {basic.reveal()}"} if settings.auth == "basic" else {},
            secrets=[settings.api_key_secret, settings.api_key, basic],
            transport=transport,
        )
        self._api = Api(client, clock, explain)

    def ask(self, name: str, into: type[T], *, hidden: Iterable[str] = (), **body: Any) -> T:
        """What the call `name` answers. `hidden` must not be seen in a reason, also when the server repeats it."""
        answer = self._send(name, body)
        no = self._no(answer, [*hidden])
        if no is not None:
            raise Ended(no)
        return self._api.read(answer, into)

    def look(self, name: str, into: type[T], **body: Any) -> T:
        """As `ask`, where nothing is changed: what is refused says nothing about what was looked for."""
        try:
            return self.ask(name, into, **body)
        except Ended as end:
            if isinstance(end.outcome, Failed) and not end.outcome.retryable:
                raise Ended(Unknown(reason=f"cannot look: {end.outcome.reason}")) from None
            raise

    def tell(self, name: str, user_id: str, **body: Any) -> None:
        """A call about one user that only says whether it is done."""
        self.ask(name, Accepted, target_user={"user_id": user_id}, **body)

    def peek(self, ref: str) -> User | None:
        """The user of this name; None also when the server refuses to show it."""
        return self._one({"username": ref}, lambda user: user.username == ref, lambda _: None)

    def by_name(self, ref: str) -> User | None:
        """None only when there is none."""
        return self._one({"username": ref}, lambda user: user.username == ref, self._listed)

    def by_id(self, user_id: str) -> User | None:
        """None only when there is none."""
        return self._one({"user_id": user_id}, lambda user: user.id == user_id, self._listed)

    def create(self, target: dict[str, Any]) -> User:
        user = self.ask("create_user", OneUser, hidden=_personal(target), target_user=target).user
        if user.username != target["username"]:
            raise Ended(Unknown(reason="the server answered with another user"))
        return user

    def change(self, user_id: str, **fields: Any) -> None:
        """Give a user these fields. The server may ignore one: look again where it matters."""
        target = {"user_id": user_id, **fields}
        user = self.ask("update_user", OneUser, hidden=_personal(fields), target_user=target).user
        if user.id != user_id:
            raise Ended(Unknown(reason="the server answered with another user"))

    def all(self) -> Iterator[User]:
        """Every user, once.

        Pages are not documented well: no number of the first and no end is relied on. Two pages in a row that bring
        nobody new are the end, so that a server that ignores the page, or begins with 1, is read whole too.
        """
        seen: set[str] = set()
        pages: Iterable[int | None] = range(MOST_PAGES) if self._settings.page_size else (None,)
        idle = 0
        for page in pages:
            asked = {} if page is None else {"page": page, "page_size": self._settings.page_size}
            users = self.look("get_users", AllUsers, **asked).users
            news = [user for user in users if user.id not in seen]
            seen.update(user.id for user in news)
            yield from news
            idle = 0 if news else idle + 1
            if idle == 2:
                break
        else:
            if self._settings.page_size:
                raise Ended(Unknown(reason=f"the list of users has no end after {MOST_PAGES} pages"))
        if not seen:  # an administrator there always is
            raise Ended(Unknown(reason="the server shows no user at all"))

    def _one(
        self,
        target: dict[str, str],
        fits: Callable[[User], bool],
        otherwise: Callable[[Callable[[User], bool]], User | None],
    ) -> User | None:
        answer = self._send("get_user", {"target_user": target})
        no = self._no(answer)
        if isinstance(no, Failed):
            return None if self._api.says(answer, self._is_absent) else otherwise(fits)
        if no is not None:
            raise Ended(no)
        user = self._api.read(answer, OneUser).user
        if not fits(user):
            raise Ended(Unknown(reason="the server answered with another user"))
        return user

    def _listed(self, fits: Callable[[User], bool]) -> User | None:
        return next((user for user in self.all() if fits(user)), None)

    def _is_absent(self, answer: Any) -> bool:
        return bool(self._settings.no_such_user) and explain(answer) == self._settings.no_such_user

    def _send(self, name: str, body: dict[str, Any]) -> Answer:
        settings = self._settings
        login = {"api_key": settings.api_key.reveal(), "api_key_secret": settings.api_key_secret.reveal()}
        return self._api.request("POST", f"/{name}", json={**(login if settings.auth == "body" else {}), **body})

    def _no(self, answer: Answer, hidden: list[str] | None = None) -> Outcome | None:
        """What a refusal means; None for an answer that is none."""
        if 200 <= answer.status < 300 and not self._api.says(answer, says_no):
            return None
        no = self._api.refused(answer)
        if isinstance(no, Failed) and self._api.says(
            answer, lambda body: any(each in explain(body) for each in hidden or ())
        ):
            return attrs.evolve(no, reason=f"the provider answered {answer.status}, and repeats what it was sent")
        return no


@contextmanager
def after_a_step(where: str, handle: str = "") -> Iterator[None]:
    """Something was done before: what fails here is no failure of the whole any more (I10).

    With a `handle`, which `poll` goes on with, the time that the server asks for is waited.
    """
    try:
        yield
    except Ended as end:
        no = end.outcome
        if not isinstance(no, Failed):
            raise
        if handle and no.retry_after is not None:
            raise Ended(Pending(handle=handle, poll_after=no.retry_after)) from None
        kind = Unknown if no.retryable else Manual
        raise Ended(kind(reason=f"{where}: {no.reason}")) from None


def _personal(target: dict[str, Any]) -> list[str]:
    names = ("password", "first_name", "last_name", "organization")
    return [str(target[name]) for name in names if len(str(target.get(name, ""))) > 2]
