"""Cycles, schedules and periods: pure calendar arithmetic."""
