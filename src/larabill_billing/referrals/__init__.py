"""Who brought whom, and the credit that both get for it."""
