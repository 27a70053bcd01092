"""LaraBill in a Django project."""
