"""Who changed which state, from what to what (I6)."""
