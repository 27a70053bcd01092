"""What the killer and the worker it kills both see: a few bytes of shared memory."""

from __future__ import annotations

import mmap
import struct
import time
from datetime import datetime, timedelta

from larabill_core.clock import SystemClock

PHASES = (
    "idle",
    "claimed",
    "looking",
    "sending",
    "effect",
    "answered",
    "recording",
    "written",
)
"""The way of one operation from its intent to its record, as the worker goes through it."""

_FORMAT = struct.Struct("<BBBd")


class Board:
    """`phase`: where the worker is. `target`: the phase in which it shall wait to be killed. `offset`: seconds that
    have passed for everybody since the start, beside the real ones (a killed worker's lease has to run out).
    """

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, _FORMAT.size)
        self.write(phase=0, target=255, ready=0, offset=0.0)

    def write(
        self,
        *,
        phase: int | None = None,
        target: int | None = None,
        ready: int | None = None,
        offset: float | None = None,
    ) -> None:
        was = self.read()
        fields = (phase, target, ready, offset)
        now = [old if new is None else new for old, new in zip(was, fields, strict=True)]
        self._memory[: _FORMAT.size] = _FORMAT.pack(*now)

    def read(self) -> tuple[int, int, int, float]:
        phase, target, ready, offset = _FORMAT.unpack(self._memory[: _FORMAT.size])
        return phase, target, ready, offset

    def mark(self, phase: str) -> None:
        """The worker is in `phase`; where it is wanted there, it stays until it is killed."""
        index = PHASES.index(phase)
        self.write(phase=index)
        while self.read()[1] == index:
            time.sleep(0.001)


class BoardClock:
    """The system's time plus the board's offset: one clock for all processes of a run."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._system = SystemClock()

    def now(self) -> datetime:
        return self._system.now() + timedelta(seconds=self._board.read()[3])
