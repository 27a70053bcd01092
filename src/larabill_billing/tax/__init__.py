"""Taxes: rates by category, and what they come to; pure calculation."""
