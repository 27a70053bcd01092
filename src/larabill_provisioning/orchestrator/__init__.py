"""Brings each resource to what is desired of it, one recorded operation after another."""
