"""Mail to customers and staff over SMTP."""

from __future__ import annotations

from larabill_mail.smtp import SmtpMailer

__all__ = ["SmtpMailer"]
