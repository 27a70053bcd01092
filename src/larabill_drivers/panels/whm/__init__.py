"""The driver `whm`: hosting accounts of a cPanel & WHM server, by WHM API 1.

`docs/reference/drivers/whm.md` says which rights its token needs, and what it can and cannot do.
"""
