"""Hand one mail to a mail server or provider, and say exactly how far it got."""

from __future__ import annotations

import re
import smtplib
from dataclasses import dataclass
from typing import Any, Literal, Protocol, Self

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.utils.module_loading import import_string

from customers.outreach.mime import Mail

LINE_OF_DOTS = re.compile(rb"(?m)^\.")


class Unreachable(Exception):
    """There is nobody to hand mails to at the moment."""


@dataclass(frozen=True)
class Reply:
    """accepted, later or never (they said so), dropped (before the mail was theirs), lost (maybe theirs)."""

    result: Literal["accepted", "later", "never", "dropped", "lost"]
    words: str = ""


class Transport(Protocol):
    """Opens on the first mail, stays open for the next ones."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc: object) -> None: ...

    def open(self) -> None:
        """Raises Unreachable."""

    def send(self, mail: Mail) -> Reply:
        """Raises Unreachable before anything was said about this mail."""


class SmtpTransport:
    """One SMTP connection with Django's EMAIL_* settings, opened again when the server hangs up."""

    def __init__(self, *, timeout: float) -> None:
        self.backend = EmailBackend(timeout=timeout)
        self.carried = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.backend.close()

    def open(self) -> None:
        try:
            if self.backend.open():
                self.carried = 0
                smtp: Any = self.backend.connection
                smtp.ehlo_or_helo_if_needed()
        except (OSError, smtplib.SMTPException) as error:
            self.forget()
            raise Unreachable(str(error)) from error

    def forget(self) -> None:
        """Leave the connection without a goodbye."""
        if self.backend.connection is not None:
            self.backend.connection.close()
            self.backend.connection = None

    def send(self, mail: Mail) -> Reply:
        """A connection that served others and is gone or told to go now is tried once more, fresh."""
        self.open()
        used = self.carried > 0
        reply = self.transmit(mail)
        if used and self.backend.connection is None and reply.result in ("dropped", "later"):
            self.open()
            reply = self.transmit(mail)
        self.carried += 1
        return reply

    def transmit(self, mail: Mail) -> Reply:
        smtp: Any = self.backend.connection
        try:
            for said in (
                lambda: smtp.mail(mail.sender),
                lambda: smtp.rcpt(mail.recipient),
                lambda: smtp.docmd("DATA"),
            ):
                code, words = said()
                if code not in (250, 251, 354):
                    return self.refused(code, words)
        except (OSError, smtplib.SMTPException) as error:
            self.forget()
            return Reply("dropped", str(error))
        return self.hand_over(smtp, mail)

    def hand_over(self, smtp: Any, mail: Mail) -> Reply:
        """From here on the mail may be theirs although they never said so."""
        try:
            smtp.send(LINE_OF_DOTS.sub(b"..", mail.as_bytes()) + b".\r\n")
            code, words = smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self.forget()
            return Reply("lost", str(error))
        return Reply("accepted") if code == 250 else self.refused(code, words)

    def refused(self, code: int, words: bytes) -> Reply:
        if code == 421:
            self.forget()
        else:
            self.reset()
        return Reply("later" if code < 500 else "never", f"{code} {words.decode(errors='replace')}")

    def reset(self) -> None:
        smtp: Any = self.backend.connection
        try:
            smtp.rset()
        except (OSError, smtplib.SMTPException):
            self.forget()


class BackendTransport:
    """Any other Django mail backend, in the first place those of django-anymail."""

    def __init__(self) -> None:
        self.backend = get_connection()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.backend.close()

    def open(self) -> None:
        """Providers are spoken to mail by mail."""

    def send(self, mail: Mail) -> Reply:
        try:
            accepted = self.backend.send_messages([as_django(mail)])
        except Exception as error:  # each provider has its own; what counts is the status they carry
            return reply_to(error)
        return Reply("accepted") if accepted else Reply("never", "The provider took no recipient.")


def as_django(mail: Mail) -> EmailMultiAlternatives:
    headers = {name: value for name, value in mail.headers.items() if name not in ("To", "Subject")}
    built = EmailMultiAlternatives(
        mail.rendered.subject, mail.rendered.text, mail.headers["From"], [mail.headers["To"]], headers=headers
    )
    built.attach_alternative(mail.rendered.html, "text/html")
    return built


def reply_to(error: Exception) -> Reply:
    """A provider's answer by its HTTP status; without one nobody knows what they did with the mail."""
    status = getattr(error, "status_code", None)
    if status is None:
        return Reply("lost", str(error))
    if status in (401, 403):
        raise Unreachable(str(error)) from error
    return Reply("later" if status == 429 or status >= 500 else "never", str(error))


def make_transport(*, timeout: float) -> Transport:
    """What EMAIL_BACKEND asks for; `timeout` seconds are given to each word of a mail server."""
    if issubclass(import_string(settings.EMAIL_BACKEND), EmailBackend):
        return SmtpTransport(timeout=timeout)
    return BackendTransport()
