"""Documents for people, made from templates and plain data: invoices and mail."""

from __future__ import annotations

from larabill_documents.jinja import JinjaDocuments

__all__ = ["JinjaDocuments"]
