"""HTTP written once, for every host: the table of endpoints, and what becomes of a request (DESIGN, section 8).

A host's adapter turns its request into a `Request`, calls `Api.handle`, and turns the `Response` into its own.
"""
