"""`engine.billing`: one file for each of its attributes, named like it."""
