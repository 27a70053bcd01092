"""LaraBill in a FastAPI application, and `larabill serve`."""
