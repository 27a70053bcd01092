"""Operations of the API: verify. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from larabill_client.models.verify import VerifyOut
from larabill_client.transport import Transport


class VerifyApi(Transport):
    """Operations under /verify."""

    def verify(self) -> VerifyOut:
        """Ask the database for every promise that it breaks; changes nothing.

        Needs `verify.run`.
        """
        return self._ask(VerifyOut, "POST", "/verify")
