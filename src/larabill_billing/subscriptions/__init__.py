"""The agreement that goes on: its items, services and periods, its renewal and its end."""
