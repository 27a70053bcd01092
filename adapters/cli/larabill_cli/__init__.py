"""The command line, `larabill`: for operators, for cron, and for the worker's process."""

from __future__ import annotations

__all__: list[str] = []
