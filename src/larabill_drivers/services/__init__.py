"""Services besides providers and gateways: registers, rates."""
