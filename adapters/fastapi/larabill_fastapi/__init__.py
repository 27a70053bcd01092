"""LaraBill in a FastAPI application: a router, a lifespan, and our operations in the host's OpenAPI document."""

from __future__ import annotations

from larabill_fastapi.document import larabill_openapi
from larabill_fastapi.lifespan import larabill_lifespan
from larabill_fastapi.router import LarabillRouter, larabill_router

__all__ = ["LarabillRouter", "larabill_lifespan", "larabill_openapi", "larabill_router"]
