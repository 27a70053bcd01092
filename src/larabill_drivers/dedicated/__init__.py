"""Dedicated servers."""
