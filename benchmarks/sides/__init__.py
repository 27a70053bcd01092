"""The sides that `benchmarks.renewal` compares: our renewal run, the plain driver, and an ORM."""
