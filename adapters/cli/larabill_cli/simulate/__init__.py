"""`larabill simulate`: a scenario played through the real engine, in memory, on a clock that is turned by hand."""
