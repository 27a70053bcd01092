"""`larabill demo`: about a year of a small hosting company, in seconds, on the real code."""
