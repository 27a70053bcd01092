"""The driver `enhance`: hosting subscriptions on an Enhance panel, by its orchd API.

`docs/reference/drivers/enhance.md` says which rights its token needs, and what it can and cannot do.
"""
