"""What a renewal costs: `python -m benchmarks.renewal --database URL --n 20000 --json`."""
