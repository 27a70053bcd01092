from __future__ import annotations

import socket
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest
from tests.mail.conftest import Box

from larabill_core.errors import ConfigurationError, InvalidInput, Parked, RetryLater
from larabill_core.manifest import MailSettings
from larabill_core.ports.mail import Message
from larabill_core.privacy import Secret
from larabill_mail import SmtpMailer

MESSAGE = Message(to="mira@example.com", subject="Grüße", text="Hallo", html="<p>Hallo</p>", message_id="evt-1")


class FixedClock:
    def now(self) -> datetime:
        return datetime(2026, 3, 1, 12, tzinfo=UTC)


def settings(box: Box, **changes: Any) -> MailSettings:
    basic = MailSettings(
        host="127.0.0.1", port=box.port, sender="Nordlicht <billing@nordlicht.example>", encryption="none"
    )
    return attrs.evolve(basic, **changes)


def mailer(box: Box) -> SmtpMailer:
    return SmtpMailer(settings(box), clock=FixedClock())


def test_message_arrives_whole_at_its_one_recipient(box: Box) -> None:
    mailer(box).send(MESSAGE)
    recipients, mail = box.got[0]
    assert recipients == ["mira@example.com"]
    assert mail["To"] == "mira@example.com"
    assert mail["From"] == "Nordlicht <billing@nordlicht.example>"
    assert mail["Subject"] == "Grüße"
    assert mail["Date"] == "Sun, 01 Mar 2026 12:00:00 +0000"
    assert mail.get_body(("plain",)).get_content().strip() == "Hallo"  # type: ignore[union-attr]
    assert mail.get_body(("html",)).get_content().strip() == "<p>Hallo</p>"  # type: ignore[union-attr]


def test_repeat_carries_the_same_message_id(box: Box) -> None:
    plain = attrs.evolve(MESSAGE, message_id="")
    for message in (MESSAGE, MESSAGE, plain, plain, attrs.evolve(plain, text="Other")):
        mailer(box).send(message)
    ids = [mail["Message-ID"] for _, mail in box.got]
    assert ids[0] == ids[1] == "<evt-1@nordlicht.example>"
    assert ids[2] == ids[3]
    assert len(set(ids)) == 3


ODD = [
    "a@b\r\nBcc: evil@example.com",
    "a@b\n",
    "a@b,c@d",
    "a@b, c@d",
    "a@b c@d",
    '"a b"@example.com',
    "a)evil@example.com",
    "<a@example.com>",
    "A <a@example.com>",
    "a@[127.0.0.1]",
    "a@exämple.com",
    "a\u2028@example.com",
    "a\x0b@example.com",
    "a..b@example.com",
    ".a@example.com",
    "a@-example.com",
    "a@@example.com",
    "@example.com",
    "a@",
    "",
    f"{'a' * 65}@example.com",
    f"a@{'b' * 64}.com",
    f"a@{'b.' * 130}com",
]


@pytest.mark.parametrize("address", ODD)
def test_odd_address_is_refused_and_not_repeated(box: Box, address: str) -> None:
    with pytest.raises(InvalidInput, match="to: is not one plain mail address") as caught:
        mailer(box).send(attrs.evolve(MESSAGE, to=address))
    assert "evil" not in str(caught.value)
    assert box.got == []


@pytest.mark.parametrize("subject", ["x\r\nBcc: a@b", "x\n", "x\ry", "x\u2028y", "x\x0by", "=?utf-8?q?x?=", "x" * 201])
def test_header_injection_is_refused(box: Box, subject: str) -> None:
    with pytest.raises(InvalidInput, match="subject"):
        mailer(box).send(attrs.evolve(MESSAGE, subject=subject))
    assert box.got == []


def test_message_id_is_a_token(box: Box) -> None:
    with pytest.raises(InvalidInput, match="message_id"):
        mailer(box).send(attrs.evolve(MESSAGE, message_id="x>\r\nBcc: a@b"))


def test_temporary_refusal_is_tried_again(box: Box) -> None:
    box.rcpt_reply = "450 greylisted"
    with pytest.raises(RetryLater, match="450"):
        mailer(box).send(MESSAGE)
    box.rcpt_reply, box.data_reply = "", "452 full"
    with pytest.raises(RetryLater, match="452"):
        mailer(box).send(MESSAGE)


def test_refusal_for_good_is_not_tried_again(box: Box) -> None:
    box.rcpt_reply = "550 mira@example.com unknown"
    with pytest.raises(InvalidInput, match="550") as caught:
        mailer(box).send(MESSAGE)
    assert "mira" not in str(caught.value)
    box.rcpt_reply, box.data_reply = "", "554 spam"
    with pytest.raises(Parked, match="554"):
        mailer(box).send(MESSAGE)


def test_server_that_is_down_is_tried_again() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nobody = MailSettings(host="127.0.0.1", port=closed.getsockname()[1], sender="a@example.com", encryption="none")
        with pytest.raises(RetryLater, match=r"127\.0\.0\.1"):
            SmtpMailer(nobody).send(MESSAGE)


def test_server_without_tls_is_refused(box: Box) -> None:
    with pytest.raises(ConfigurationError, match=r"mail\.encryption"):
        SmtpMailer(settings(box, encryption="starttls")).send(MESSAGE)
    assert box.got == []


def test_password_never_goes_out_in_the_clear(box: Box) -> None:
    with pytest.raises(ConfigurationError, match=r"mail\.password") as caught:
        SmtpMailer(settings(box, user="u", password=Secret("canary")))
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("changes", [{"encryption": "ssl"}, {"sender": "nobody"}, {"sender": "A <a@b\n>"}])
def test_settings_that_cannot_work_are_refused_at_once(box: Box, changes: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match=f"mail.{next(iter(changes))}"):
        SmtpMailer(settings(box, **changes))
