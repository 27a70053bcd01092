"""What Django knows of LaraBill."""

from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate


class LarabillConfig(AppConfig):
    """The application `larabill_django`. Nothing is opened at start."""

    name = "larabill_django"
    label = "larabill"
    verbose_name = "LaraBill"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the checks, and what has to be done to Django's connections and after its migrations."""
        from larabill_django.checks import check_settings
        from larabill_django.connecting import prepare
        from larabill_django.operations import set_up_after

        register(Tags.compatibility)(check_settings)
        connection_created.connect(prepare, dispatch_uid="larabill")
        post_migrate.connect(set_up_after, sender=self, dispatch_uid="larabill")
