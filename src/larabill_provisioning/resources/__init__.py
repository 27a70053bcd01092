"""What stands at a provider for one service: its record, its states, and what an operator may do with it."""
