"""The insert-only trail of what was done to a resource, and by whom."""
