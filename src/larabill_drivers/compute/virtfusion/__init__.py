"""The driver `virtfusion`: virtual machines of a VirtFusion control server, by its global API.

`docs/reference/drivers/virtfusion.md` says which rights its token needs, and what it can and cannot do.
"""
