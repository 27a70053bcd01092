"""`python manage.py open`: everything that the shop needs, and its door."""

import threading
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from larabill_billing import read_catalog
from larabill_core.keyring import KeyRing
from larabill_core.worker import Worker
from larabill_django import engine


class Command(BaseCommand):
    """Opens the shop on this machine alone."""

    def handle(self, *args, **options):
        """Keys, tables and catalogue are made once; then a worker works beside the server."""
        prepare()
        threading.Thread(target=Worker(engine()).run, daemon=True).start()
        call_command("runserver", "127.0.0.1:8000", use_reloader=False)


def prepare():
    """May be repeated."""
    settings.DATA.mkdir(exist_ok=True)
    keys = settings.LARABILL["larabill"]["keys"]
    if not keys.exists():
        KeyRing.generate_file(keys)
    call_command("migrate", verbosity=0)
    billing = engine().billing
    catalogue = read_catalog(Path(__file__).parents[3] / "catalog.toml")
    billing.catalog.load(billing.default_seller(), catalogue)
