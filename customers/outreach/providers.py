"""Hand mails to a provider's API, in the first place through the backends of django-anymail."""

from __future__ import annotations

from email.header import decode_header, make_header
from email.utils import parseaddr
from typing import Any, Self

import requests
from anymail.exceptions import (
    AnymailInvalidAddress,
    AnymailRecipientsRefused,
    AnymailSerializationError,
    AnymailUnsupportedFeature,
)
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.utils.module_loading import import_string
from urllib3.exceptions import NewConnectionError

from customers.outreach.mime import Mail
from customers.outreach.transport import Reply, SmtpTransport, Transport, Unreachable

BEFORE_SENDING = (AnymailInvalidAddress, AnymailUnsupportedFeature, AnymailSerializationError)
TAKEN_APART = ("From", "To", "Subject")
NOT_LET_IN = (401, 403)
TOO_MANY = 429
BY_A_GATEWAY = (502, 504)  # which does not know what became of the mail behind it


class ProviderTransport:
    """Any Django mail backend but SMTP. Its connection is kept for the next mail."""

    def __init__(self, *, timeout: float) -> None:
        self.backend: Any = get_connection()
        if hasattr(self.backend, "timeout"):
            self.backend.timeout = min(self.backend.timeout or timeout, timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.backend.close()

    def open(self) -> None:
        """Nothing is said to a provider before the first mail."""
        self.backend.open()

    def send(self, mail: Mail, following: Mail | None = None) -> Reply:
        message = as_django(mail)
        try:
            accepted = self.backend.send_messages([message])
        except Exception as error:  # each provider has its own; what counts is the status they carry
            return reply_to(error)
        return Reply("accepted", id_given(message)) if accepted else Reply("never", "They took no recipient.")


def as_django(mail: Mail) -> EmailMultiAlternatives:
    """Providers take words where SMTP takes encoded ones, and a `From` header for something else."""
    headers = {name: value for name, value in mail.headers.items() if name not in TAKEN_APART}
    built = EmailMultiAlternatives(
        mail.rendered.subject,
        mail.rendered.text,
        in_words(mail.headers["From"]),
        [in_words(mail.headers["To"])],
        headers=headers,
    )
    built.attach_alternative(mail.rendered.html, "text/html")
    vars(built)["metadata"] = {"message": mail.token}  # django-anymail's: comes back in a provider's reports
    return built


def in_words(mailbox: str) -> str:
    encoded, address = parseaddr(mailbox)
    name = str(make_header(decode_header(encoded))).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{name}" <{address}>' if name else address


def id_given(message: EmailMultiAlternatives) -> str:
    """The provider's own id of a mail, under which it may report and answers questions."""
    status = getattr(message, "anymail_status", None)
    return str(getattr(status, "message_id", None) or "")


def reply_to(error: Exception) -> Reply:
    """A provider's answer by its HTTP status; without one nobody knows what they did with the mail."""
    if isinstance(error, BEFORE_SENDING):
        return Reply("never", str(error))
    if isinstance(error, AnymailRecipientsRefused):
        return Reply("never", str(error), bounced=is_invalid(error))
    status = getattr(error, "status_code", None)
    if status in NOT_LET_IN or never_connected(error):
        raise Unreachable(str(error)) from error
    if status is None or status in BY_A_GATEWAY or 200 <= status < 300:
        return Reply("lost", str(error), outage=isinstance(error, requests.RequestException))
    if status == TOO_MANY or status >= 500:
        return Reply("later", str(error), outage=True)
    return Reply("never", str(error))


def is_invalid(error: AnymailRecipientsRefused) -> bool:
    """Whether they say that there is no such address, and not that they do not want to write to it."""
    status = getattr(error.email_message, "anymail_status", None)
    return getattr(status, "status", None) == {"invalid"}


def never_connected(error: Exception) -> bool:
    """Whether not a byte of the mail can have reached them."""
    cause = error.__cause__
    if isinstance(cause, requests.ConnectTimeout):
        return True
    reason = getattr(cause.args[0], "reason", None) if cause and cause.args else None
    return isinstance(cause, requests.ConnectionError) and isinstance(reason, NewConnectionError)


def make_transport(*, timeout: float) -> Transport:
    """What EMAIL_BACKEND asks for; `timeout` seconds are given to each word of the other side."""
    if issubclass(import_string(settings.EMAIL_BACKEND), EmailBackend):
        return SmtpTransport(timeout=timeout)
    return ProviderTransport(timeout=timeout)
