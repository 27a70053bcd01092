"""Charges, invoices with gapless numbers, and their state beside the document."""
