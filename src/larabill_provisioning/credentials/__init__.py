"""Secrets that operators store, and the access details that a customer sees once."""
