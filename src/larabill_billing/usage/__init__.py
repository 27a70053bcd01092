"""Usage: meters, what they count, and how much of it a period holds."""
