"""Commands for the other side: copied to the managed host, never imported here."""
