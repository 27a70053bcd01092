"""What was asked for, once: checked against the catalogue, priced by it, and released by its plans' policy."""
