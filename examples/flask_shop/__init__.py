"""A small hosting shop on Flask."""
