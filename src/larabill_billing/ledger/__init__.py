"""The double-entry ledger: append-only, balanced entry by entry."""
