"""Hand one mail to a mail server or provider, and say exactly how far it got."""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, Self

from django.core.mail.backends.smtp import EmailBackend

from customers.outreach.feedback.statuses import is_hard
from customers.outreach.mime import PLAIN_ADDRESS, Mail

GO_ON_WITH_DATA, GOING_AWAY = 354, 421
GO_ON = (250, 251, 252, GO_ON_WITH_DATA)
COMMANDS = 3  # that come before a mail's body
Answer = tuple[int, bytes]


class Unreachable(Exception):
    """There is nobody to hand mails to at the moment."""


@dataclass(frozen=True)
class Reply:
    """accepted, later or never (they said so), dropped (before the mail was theirs), lost (maybe theirs).

    `outage`: it is about the server, and any other mail would have fared alike. `bounced`: there is no such
    address, and any other mail to it will fare alike.
    """

    result: Literal["accepted", "later", "never", "dropped", "lost"]
    words: str = ""
    outage: bool = False
    bounced: bool = False


class Transport(Protocol):
    """Opens on the first mail, stays open for the next ones."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc: object) -> None: ...

    def open(self) -> None:
        """Raises Unreachable."""

    def send(self, mail: Mail, following: Mail | None = None) -> Reply:
        """Raises Unreachable before anything was said about this mail.

        `following` is the one that will be handed over next, which may be announced with this one.
        """


class SmtpTransport:
    """One SMTP connection with Django's EMAIL_* settings, opened again when the server hangs up.

    A server that takes several commands at once (RFC 2920) hears of each mail together with the body of the
    one before: one write and one answer a mail.
    """

    def __init__(self, *, timeout: float) -> None:
        self.backend = EmailBackend(timeout=timeout)
        self.carried = 0
        self.announced: Mail | None = None  # its commands are said and not answered yet

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.backend.close()

    @property
    def smtp(self) -> Any:
        return self.backend.connection

    def open(self) -> None:
        try:
            if self.backend.open():
                self.carried, self.announced = 0, None
                self.smtp.ehlo_or_helo_if_needed()
                self.smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except (OSError, smtplib.SMTPException) as error:
            self.forget()
            raise Unreachable(str(error)) from error

    def forget(self) -> None:
        """Leave the connection without a goodbye."""
        if self.smtp is not None:
            self.smtp.close()
            self.backend.connection = None

    def send(self, mail: Mail, following: Mail | None = None) -> Reply:
        """A connection that served others and is gone or told to go now is tried once more, fresh."""
        if self.announced not in (None, mail):
            self.forget()
        self.open()
        used = self.carried > 0
        reply = self.transmit(mail, following)
        if used and self.smtp is None and reply.result in ("dropped", "later"):
            self.open()
            reply = self.transmit(mail, following)
        self.carried += 1
        return reply

    def transmit(self, mail: Mail, following: Mail | None) -> Reply:
        try:
            refusal = self.refusal_of(mail)
        except (OSError, smtplib.SMTPException) as error:
            self.forget()
            return Reply("dropped", str(error), outage=True)
        if not refusal:
            return self.hand_over(mail, following)
        if self.smtp is not None and refusal[0] != GOING_AWAY:
            self.reset()
        return self.refused(*refusal)

    def refusal_of(self, mail: Mail) -> Answer | None:
        """Say whose mail comes for whom; the first refusal of it, None when the mail is wanted."""
        if not self.smtp.has_extn("pipelining"):
            return in_turn(self.smtp, commands(mail))
        if self.announced is not mail:
            self.smtp.send(together(mail))
        self.announced = None
        return self.first_refusal()

    def first_refusal(self) -> Answer | None:
        refusal: Answer | None = None
        try:
            for _ in range(COMMANDS):
                answer = self.smtp.getreply()
                refusal = refusal or (None if answer[0] in GO_ON else answer)
            if refusal and answer[0] == GO_ON_WITH_DATA:  # although there is nobody to send it to
                self.smtp.send(b".\r\n")
                self.smtp.getreply()
        except (OSError, smtplib.SMTPException):
            if refusal is None:
                raise
            self.forget()  # they said why before they hung up
        return refusal

    def hand_over(self, mail: Mail, following: Mail | None) -> Reply:
        """From here on the mail may be theirs although they never said so."""
        ahead = following if self.smtp.has_extn("pipelining") else None
        try:
            self.smtp.send(b"%b.\r\n%b" % (mail.as_bytes(), together(ahead) if ahead else b""))
            self.announced = ahead
            code, words = self.smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self.forget()
            return Reply("lost", str(error), outage=True)
        return self.answered(code, words)

    def answered(self, code: int, words: bytes) -> Reply:
        """Only the first digit counts (RFC 5321, 4.2.1); what is no answer at all says nothing."""
        if 200 <= code < 300:
            return Reply("accepted")
        if 400 <= code < 600:
            return self.refused(code, words)
        self.forget()
        return Reply("lost", f"{code} {words.decode(errors='replace')}")

    def refused(self, code: int, words: bytes) -> Reply:
        if code == GOING_AWAY:
            self.forget()
        told = words.decode(errors="replace")
        if code < 500:
            return Reply("later", f"{code} {told}", outage=code == GOING_AWAY)
        return Reply("never", f"{code} {told}", bounced=is_hard(told))

    def reset(self) -> None:
        try:
            self.smtp.rset()
        except (OSError, smtplib.SMTPException):
            self.forget()


def commands(mail: Mail) -> list[str]:
    return [f"MAIL FROM:{path(mail.sender)}", f"RCPT TO:{path(mail.recipient)}", "DATA"]


def together(mail: Mail) -> bytes:
    return "".join(f"{command}\r\n" for command in commands(mail)).encode("ascii")


def path(address: str) -> str:
    return f"<{address}>" if PLAIN_ADDRESS.fullmatch(address) else smtplib.quoteaddr(address)


def in_turn(smtp: Any, commands: Sequence[str]) -> Answer | None:
    """Wait for the answer to each command; answers the first refusal, None when the mail is wanted."""
    for command in commands:
        answer: Answer = smtp.docmd(command)
        if answer[0] not in GO_ON:
            return answer
    return None
