"""`python -m larabill_cli`: the same as `larabill`."""

from __future__ import annotations

from larabill_cli.main import main

if __name__ == "__main__":
    main(prog_name="larabill")
