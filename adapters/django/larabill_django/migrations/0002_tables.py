"""LaraBill's tables: the newest revision of each module when this release was made.

A release with new revisions has a new migration. A module that is turned on later: `manage.py larabill migrate`.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from larabill_django.operations import RunAlembic


class Migration(migrations.Migration):
    """Not in a transaction of Django's: see `RunAlembic`."""

    atomic = False
    dependencies: ClassVar = [("larabill", "0001_models")]
    operations: ClassVar = [
        RunAlembic("core", "0006"),
        RunAlembic("billing", "0032"),
        RunAlembic("provisioning", "0006"),
    ]
