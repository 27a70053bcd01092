"""Lets a worker say in which phase of a call it is. Only the test's own process is changed, never the product."""

from __future__ import annotations

from typing import Any

from tests.faults.board import Board

from larabill_core.calls import perform as calls
from larabill_drivers import world
from larabill_drivers.http import HttpClient


def watch(board: Board) -> None:
    """Wrap the steps of `calls.perform`, of requests and of the fakes' world: each marks its phase on the board."""
    ask, record, run = calls._ask, calls._record, calls.perform
    act, look, wait = world.FakeWorld.act, world.FakeWorld.ask, world._wait
    request = HttpClient.request
    happened = False

    def asking(*arguments: Any, **named: Any) -> Any:
        board.mark("claimed")
        outcome = ask(*arguments, **named)
        board.mark("answered")
        return outcome

    def looking(self: Any, *arguments: Any, **named: Any) -> Any:
        board.mark("looking")
        return look(self, *arguments, **named)

    def acting(self: Any, call: Any, effect: Any, **named: Any) -> Any:
        nonlocal happened
        happened = False
        board.mark("sending")

        def noted(tx: Any) -> Any:
            nonlocal happened
            outcome = effect(tx)
            happened = True
            return outcome

        return act(self, call, noted, **named)

    def waiting(latency: Any) -> None:
        if happened:
            board.mark("effect")
        wait(latency)

    def recording(*arguments: Any, **named: Any) -> Any:
        board.mark("recording")
        result = record(*arguments, **named)
        board.mark("written")
        return result

    def performing(*arguments: Any, **named: Any) -> Any:
        try:
            return run(*arguments, **named)
        finally:
            board.mark("idle")

    def requesting(self: Any, method: str, *arguments: Any, **named: Any) -> Any:
        board.mark("looking" if method == "GET" else "sending")
        answer = request(self, method, *arguments, **named)
        if method != "GET":
            board.mark("effect")
        return answer

    calls._ask, calls._record, calls.perform = asking, recording, performing
    world.FakeWorld.act, world.FakeWorld.ask, world._wait = acting, looking, waiting  # type: ignore[method-assign]
    HttpClient.request = requesting  # type: ignore[method-assign]
