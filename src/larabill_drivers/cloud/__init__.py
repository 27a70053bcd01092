"""Drivers of type Cloud."""
