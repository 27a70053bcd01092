"""The driver `proxmox`: virtual machines and containers of a Proxmox VE cluster, by its API.

`docs/reference/drivers/proxmox.md` says which rights its token needs, and what it can and cannot do.
"""
