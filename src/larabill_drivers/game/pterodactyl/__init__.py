"""The driver `pterodactyl`: game servers on a Pterodactyl panel, by its application API.

`docs/reference/drivers/pterodactyl.md` says which rights its key needs, and what it can and cannot do.
"""
