"""Services that are neither panels nor gateways: exchange rates, checks of tax numbers."""
