"""Part of a period for part of its price, under a named convention, with a trace. Pure."""
