"""Payments, recorded before the gateway is called; allocations, refunds, methods, webhooks."""
