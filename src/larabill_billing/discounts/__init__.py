"""Discounts: percentages and fixed amounts over lines; pure calculation."""
