"""Kill the worker at random moments, start it again, and look whether anything was lost, doubled or forgotten.

    python -m tests.faults.kill_worker --kills 300 --database URL --json
    python -m tests.faults.kill_worker --kills 300 --driver pterodactyl

The database `URL` names is not touched: one beside it is made and dropped. Each worker is a forked process that ends by
SIGKILL after a random time, or in a phase that was not hit yet. The last line is one JSON object; exit code 0 when all
counts are 0.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import click
from tests.faults.board import PHASES, Board, BoardClock
from tests.faults.mutants import MUTANTS
from tests.faults.phases import watch
from tests.faults.provider import Provider, running
from tests.faults.shop import Shop, build, manifest

from larabill_cli.demo.databases import temporary

LEASES_OVER = 400.0
"""Seconds after which both a job's and an operation's lease have run out."""
LONGEST_LIFE = 0.03
DURING_CALLS = 0.8
"""The share of kills whose random moment is counted from the first call on, not from the start."""
WORK_AHEAD = 12
AIMED_AFTER = 0.5
"""From this share of the kills on, phases that were not hit yet are aimed at."""


@click.command()
@click.option("--kills", default=300, show_default=True)
@click.option("--database", default="sqlite://", show_default="SQLite in a temporary folder")
@click.option("--mutant", type=click.Choice(sorted(MUTANTS)))
@click.option("--driver", default="", help="Build at this driver's fake, behind HTTP, and not at the driver `fake`.")
@click.option("--seed", default=0, show_default="random")
@click.option("--json", "as_json", is_flag=True, help="Only the result, as one line.")
def main(kills: int, database: str, mutant: str | None, driver: str, seed: int, as_json: bool) -> None:
    """Kill the worker so many times and print what came of it."""
    seed = seed or random.SystemRandom().randrange(1, 2**32)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/shop.db" if database == "sqlite://" else database
        if url.startswith("sqlite"):
            result = run(url, Path(folder), kills, mutant, seed, driver=driver, quiet=as_json)
        else:
            with temporary(url, keep=False) as made:
                url = made.render_as_string(hide_password=False)
                result = run(url, Path(folder), kills, mutant, seed, driver=driver, quiet=as_json)
    print(json.dumps(result))
    sys.exit(any(value for name, value in result.items() if name not in ("kills", "kills_by_phase")))


def run(
    url: str, folder: Path, kills: int, mutant: str | None, seed: int, *, quiet: bool, driver: str = ""
) -> dict[str, Any]:
    """The whole run; the result as it is printed."""
    board = Board()
    with running(driver, folder, BoardClock(board)) if driver else nullcontext() as provider:
        settings = manifest(url, folder, only_dedupes=mutant == "key-follows-retry", at=provider)
        build(settings)
        scene = Scene(settings, board, mutant, provider)
        shop = scene.shop()
        shop.open()
        shop.close()
        by_phase = _kill(scene, kills, random.Random(seed), quiet)
        _finish(scene)
        shop = scene.shop()
        counts = shop.count()
        shop.close()
    return {"kills": kills, "kills_by_phase": by_phase, **attrs.asdict(counts)}


@attrs.frozen
class Scene:
    """What killer and workers share."""

    settings: dict[str, Any]
    board: Board
    mutant: str | None
    provider: Provider | None

    def shop(self) -> Shop:
        """An engine of one's own."""
        return Shop(self.settings, BoardClock(self.board), self.provider)

    def shop_of_worker(self) -> Shop:
        """One that marks its phases on the board, and is as wrong as the mutant."""
        shop = self.shop()
        if self.mutant is not None:
            MUTANTS[self.mutant]()
        watch(self.board)
        return shop


def _kill(scene: Scene, kills: int, dice: random.Random, quiet: bool) -> dict[str, int]:
    hit: Counter[str] = Counter()
    board = scene.board
    while hit.total() < kills:
        wanted = _aim(hit, kills, scene.mutant)
        pid = _start(scene, wanted)
        _wait(pid, lambda: board.read()[2])
        if wanted is not None:
            _wait(pid, partial(_is_in, board, wanted))
        else:
            if dice.random() < DURING_CALLS:
                _wait(pid, lambda: board.read()[0])
            time.sleep(dice.uniform(0, LONGEST_LIFE))
        if _end(pid):
            hit[PHASES[board.read()[0]]] += 1
        else:
            _forked(scene, lambda shop: shop.order(WORK_AHEAD))
        board.write(target=255, offset=board.read()[3] + LEASES_OVER)
        if not quiet and hit.total() % 50 == 0:
            print(f"# {hit.total()} kills")
    return {phase: hit[phase] for phase in PHASES}


def _aim(hit: Counter[str], kills: int, mutant: str | None) -> int | None:
    """The phase to kill in; None for a random moment. A mutant is killed where it hurts: the effect is not recorded."""
    if hit.total() < kills * AIMED_AFTER:
        return None
    missing = [phase for phase in PHASES if not hit[phase]]
    if missing:
        return PHASES.index(missing[0])
    return None if mutant is None else PHASES.index("effect")


def _start(scene: Scene, wanted: int | None) -> int:
    scene.board.write(phase=0, ready=0, target=255 if wanted is None else wanted)
    pid = os.fork()
    if pid:
        return pid
    try:
        shop = scene.shop_of_worker()
        scene.board.write(ready=1)
        shop.engine.run_due()
    except BaseException as problem:
        print(f"# worker: {type(problem).__name__}: {problem}", file=sys.stderr)
        os._exit(1)
    os._exit(0)


def _is_in(board: Board, phase: int) -> bool:
    return board.read()[0] == phase


def _wait(pid: int, happened: Callable[[], object]) -> None:
    """Until it has happened, or the worker has nothing left to do."""
    while not happened() and os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        time.sleep(0.0005)


def _end(pid: int) -> bool:
    """Kill the worker; False when it had already ended because nothing was left to do."""
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise SystemExit("the worker failed by itself")
    return os.WIFSIGNALED(status)


def _finish(scene: Scene) -> None:
    """No more kills: everything that was begun must come to its end by itself (I8)."""

    def work(shop: Shop) -> None:
        for _ in range(60):
            shop.engine.run_due()
            scene.board.write(offset=scene.board.read()[3] + LEASES_OVER)

    _forked(scene, work)


def _forked(scene: Scene, work: Callable[[Shop], object]) -> None:
    """In a process of its own, so that the killer never holds a connection when it forks."""
    scene.board.write(target=255)
    pid = os.fork()
    if not pid:
        code = 1
        try:
            work(scene.shop_of_worker())
            code = 0
        except BaseException as problem:
            print(f"# {type(problem).__name__}: {problem}", file=sys.stderr)
        finally:
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    if status:
        raise SystemExit("ordering or finishing failed")


if __name__ == "__main__":
    main()
