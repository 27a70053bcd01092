"""The gateway `stripe`: its webhook side."""
