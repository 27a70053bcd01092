"""The driver `tcadmin`: game servers on a TCAdmin 2 panel, by its billing API and, where a key is given, its REST API.

`docs/reference/drivers/tcadmin.md` says which rights its logins need, and what it can and cannot do.
"""
