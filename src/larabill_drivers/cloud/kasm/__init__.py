"""The driver `kasm`: user accounts of a Kasm Workspaces server, by its developer API.

`docs/reference/drivers/kasm.md` says which rights its key needs, and what it can and cannot do.
"""
