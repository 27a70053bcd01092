"""What the kernel needs of the outside: Protocols whose docstrings are the contract. Adapters implement them."""
