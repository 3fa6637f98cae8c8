"""Hand one mail to a mail server or provider, and say exactly how far it got."""

from __future__ import annotations

import smtplib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, Self

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.utils.module_loading import import_string

from customers.outreach.mime import PLAIN_ADDRESS, Mail

GO_ON_WITH_DATA = 354
GO_ON = (250, 251, GO_ON_WITH_DATA)
Answer = tuple[int, bytes]


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
        commands = [f"MAIL FROM:{path(mail.sender)}", f"RCPT TO:{path(mail.recipient)}", "DATA"]
        say = self.together if smtp.has_extn("pipelining") else in_turn
        try:
            refusal = say(smtp, commands)
        except (OSError, smtplib.SMTPException) as error:
            self.forget()
            return Reply("dropped", str(error))
        return self.refused(*refusal) if refusal else self.hand_over(smtp, mail)

    def together(self, smtp: Any, commands: Sequence[str]) -> Answer | None:
        """Say all commands at once (RFC 2920); answers the first refusal, None when the mail is wanted."""
        smtp.send("".join(f"{command}\r\n" for command in commands))
        refusal: Answer | None = None
        try:
            for _ in commands:
                answer = smtp.getreply()
                refusal = refusal or (None if answer[0] in GO_ON else answer)
            if refusal and answer[0] == GO_ON_WITH_DATA:  # although there is nobody to send it to
                smtp.send(b".\r\n")
                smtp.getreply()
        except (OSError, smtplib.SMTPException):
            if refusal is None:
                raise
            self.forget()  # they said why before they hung up
        return refusal

    def hand_over(self, smtp: Any, mail: Mail) -> Reply:
        """From here on the mail may be theirs although they never said so."""
        try:
            smtp.send(mail.as_bytes().replace(b"\r\n.", b"\r\n..") + b".\r\n")
            code, words = smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self.forget()
            return Reply("lost", str(error))
        return Reply("accepted") if code == 250 else self.refused(code, words)

    def refused(self, code: int, words: bytes) -> Reply:
        if code == 421:
            self.forget()
        elif self.backend.connection is not None:
            self.reset()
        return Reply("later" if code < 500 else "never", f"{code} {words.decode(errors='replace')}")

    def reset(self) -> None:
        smtp: Any = self.backend.connection
        try:
            smtp.rset()
        except (OSError, smtplib.SMTPException):
            self.forget()


def path(address: str) -> str:
    return f"<{address}>" if PLAIN_ADDRESS.fullmatch(address) else smtplib.quoteaddr(address)


def in_turn(smtp: Any, commands: Sequence[str]) -> Answer | None:
    """Wait for the answer to each command; answers the first refusal, None when the mail is wanted."""
    for command in commands:
        answer: Answer = smtp.docmd(command)
        if answer[0] not in GO_ON:
            return answer
    return None


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
    vars(built)["metadata"] = {"message": mail.token}  # django-anymail's: comes back in a provider's reports
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
