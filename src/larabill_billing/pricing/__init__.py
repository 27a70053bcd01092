"""What a quantity costs: pricing models, minimums, allowances. Pure."""
