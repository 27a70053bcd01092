"""A typed client of the HTTP API: `Client(url, token=…)`, with a method for each operation.

The classes that it takes and gives stand in `larabill_client.models`, by area.
"""

from __future__ import annotations

from larabill_client.api import Client
from larabill_client.problems import ApiProblem, FieldError
from larabill_client.transport import File

__all__ = ["ApiProblem", "Client", "FieldError", "File"]
