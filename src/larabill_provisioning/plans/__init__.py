"""Which plan at which account stands for a billing plan."""
