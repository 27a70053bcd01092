"""Runs every benchmark: `python -m benchmarks`, or `make bench`. Each prints one JSON object as its last line."""

from __future__ import annotations

from benchmarks import http, numbering, pricing, renewal, usage

if __name__ == "__main__":
    renewal.main(standalone_mode=False)
    pricing.main(standalone_mode=False)
    usage.main(standalone_mode=False)
    numbering.main(standalone_mode=False)
    http.main(standalone_mode=False)
