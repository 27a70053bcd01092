"""LaraBill in Django's admin: rows to read, and actions that call use cases as the one who clicks."""

from __future__ import annotations

from larabill_django.admin import pages

__all__ = ["pages"]
