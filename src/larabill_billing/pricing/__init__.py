"""Pricing models, and what a quantity costs under each: pure calculation."""
