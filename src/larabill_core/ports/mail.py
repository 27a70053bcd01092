"""Mail to customers and staff."""

from __future__ import annotations

from typing import Protocol

import attrs


@attrs.frozen(kw_only=True)
class Message:
    """One mail to one recipient. Personal data: never in a repr or a log (I12)."""

    to: str = attrs.field(repr=False)
    subject: str
    text: str = attrs.field(repr=False)
    html: str = attrs.field(default="", repr=False)
    message_id: str = ""


class Mailer(Protocol):
    def send(self, message: Message) -> None:
        """Hand the message over. Raises `RetryLater` when the server is busy, `InvalidInput` for an address."""
        ...
