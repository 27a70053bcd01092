"""The `Mailer` port over SMTP: one recipient a message, TLS unless it is turned off on purpose."""

from __future__ import annotations

import hashlib
import re
import smtplib
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from larabill_core.clock import Clock, SystemClock
from larabill_core.errors import ConfigurationError, InvalidInput, Parked, RetryLater
from larabill_core.manifest import MailSettings
from larabill_core.ports.mail import Message
from larabill_mail.addresses import check_address, check_line, split_sender

TIMEOUT_SECONDS: Final = 20.0

_ENCRYPTIONS: Final = ("starttls", "tls", "none")
_TOKEN = re.compile(r"[A-Za-z0-9._-]{1,120}")


class SmtpMailer:
    """Sends through one server. Raises `ConfigurationError` for settings that cannot work."""

    def __init__(self, settings: MailSettings, *, clock: Clock | None = None) -> None:
        if settings.encryption not in _ENCRYPTIONS:
            raise ConfigurationError.one(
                "mail.encryption", "is not known", settings.encryption, f"one of: {', '.join(_ENCRYPTIONS)}"
            )
        if settings.encryption == "none" and settings.password is not None:
            raise ConfigurationError.one(
                "mail.password", "would be sent in the clear", remedy='set encryption = "starttls" or "tls"'
            )
        try:
            self._name, self._address = split_sender(settings.sender, "mail.sender")
        except InvalidInput as problem:
            raise ConfigurationError(problem.faults) from problem
        self._settings = settings
        self._domain = self._address.partition("@")[2]
        self._clock = clock or SystemClock()

    def send(self, message: Message) -> None:
        """Hand the message over to the server.

        Raises `InvalidInput` for an address or subject that cannot be one, and when the server refuses the recipient
        for good; `RetryLater` when the server cannot take it now; `ConfigurationError` when it refuses us; `Parked`
        when it refuses the content. The Message-ID depends on the message alone: a repeat carries the same one.
        """
        mail = self._compose(message)
        try:
            with self._connect() as server:
                server.send_message(mail, from_addr=self._address, to_addrs=[message.to])
        except smtplib.SMTPRecipientsRefused as problem:
            code, _ = next(iter(problem.recipients.values()))
            raise self._refused(code, InvalidInput.one("to", f"is refused by the mail server ({code})")) from None
        except smtplib.SMTPAuthenticationError as problem:
            refusal = ConfigurationError.one("mail.user", f"is refused by the mail server ({problem.smtp_code})")
            raise self._refused(problem.smtp_code, refusal) from None
        except smtplib.SMTPNotSupportedError as problem:
            raise ConfigurationError.one("mail.encryption", f"is not what {self._settings.host} offers") from problem
        except ssl.SSLCertVerificationError as problem:
            raise ConfigurationError.one("mail.host", f"has no good certificate: {problem.verify_message}") from None
        except smtplib.SMTPResponseException as problem:
            code = problem.smtp_code
            raise self._refused(code, Parked(f"the mail server refuses the message ({code})")) from None
        except (smtplib.SMTPException, OSError) as problem:
            raise RetryLater(
                f"the mail server {self._settings.host} cannot be used now: {type(problem).__name__}"
            ) from problem

    def _refused(self, code: int, for_good: Exception) -> Exception:
        # RFC 5321, section 4.2.1: 4yz is transient, and the same request may succeed later
        if 400 <= code < 500 or code <= 0:
            return RetryLater(f"the mail server {self._settings.host} asks to try again later ({code})")
        return for_good

    def _compose(self, message: Message) -> EmailMessage:
        mail = EmailMessage(policy=SMTP)
        mail["From"] = Address(self._name, addr_spec=self._address)
        mail["To"] = Address(addr_spec=check_address(message.to, "to"))
        mail["Subject"] = check_line(message.subject, "subject")
        mail["Date"] = format_datetime(self._clock.now())
        mail["Message-ID"] = f"<{self._token(message)}@{self._domain}>"
        # RFC 3834, section 5: keeps out-of-office robots quiet
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.text)
        if message.html:
            mail.add_alternative(message.html, subtype="html")
        return mail

    def _token(self, message: Message) -> str:
        if message.message_id:
            if not _TOKEN.fullmatch(message.message_id):
                raise InvalidInput.one("message_id", "is not letters, digits, points and dashes", message.message_id)
            return message.message_id
        return hashlib.sha256("\0".join((message.to, message.subject, message.text)).encode()).hexdigest()[:40]

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings
        context = ssl.create_default_context()
        if settings.encryption == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                settings.host, settings.port, self._domain, timeout=TIMEOUT_SECONDS, context=context
            )
        else:
            server = smtplib.SMTP(settings.host, settings.port, self._domain, timeout=TIMEOUT_SECONDS)
        try:
            if settings.encryption == "starttls":
                server.starttls(context=context)
            if settings.user and settings.password is not None:
                server.login(settings.user, settings.password.reveal())
        except BaseException:
            server.close()
            raise
        return server
