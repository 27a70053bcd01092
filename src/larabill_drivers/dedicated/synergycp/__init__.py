"""The driver `synergycp`: dedicated servers of a SynergyCP panel, taken from its inventory.

`docs/reference/drivers/synergycp.md` says which rights its key needs, and what it can and cannot do.
"""
