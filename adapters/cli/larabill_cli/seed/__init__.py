"""`larabill seed`: invented customers and a year of their business, written by the use cases themselves."""
