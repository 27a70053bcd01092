"""Compares the rows with the providers: reports, and never destroys or builds by itself."""
