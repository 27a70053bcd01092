"""Revisions of billing's schema."""
