"""The bytes of a mail: a small fixed skeleton around per-recipient headers and the two bodies."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.header import Header
from email.utils import format_datetime, formataddr, parseaddr

from django.conf import settings
from django.core.mail.message import sanitize_address

from crm.core.models import Company
from customers.outreach import links
from customers.outreach.feedback.tokens import feedback_token, return_path
from customers.outreach.models import Message, Topic
from customers.outreach.quoting import quoted
from customers.outreach.rendering import Rendered, one_line

PLAIN_ADDRESS = re.compile(r"(?a:[\w+-]+(?:\.[\w+-]+)*@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{1,63})")
LINE = 76


@dataclass(frozen=True)
class Mail:
    """One mail, ready for whichever way it goes: envelope, headers in order, bodies.

    `token` is what tells us which message a bounce or a complaint is about.
    """

    sender: str
    recipient: str
    headers: dict[str, str]
    rendered: Rendered
    boundary: str
    token: str

    def as_bytes(self) -> bytes:
        lines = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        edge = self.boundary.encode()
        return b"".join(
            (
                lines.encode("ascii"),
                b'MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary="%b"\r\n\r\n' % edge,
                part(b"text/plain", self.rendered.text_pieces, edge),
                part(b"text/html", self.rendered.html_pieces, edge),
                b"--%b--\r\n" % edge,
            )
        )


def part(kind: bytes, pieces: Sequence[str], edge: bytes) -> bytes:
    head = b"--%b\r\nContent-Type: %b; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    return head % (edge, kind) + quoted(pieces)


def build_mail(message: Message, rendered: Rendered, company: Company, now: dt.datetime) -> Mail:
    """Raises ValueError when the address cannot be written to.

    The Message-ID is the row's own, so that a second copy of a mail can be told for what it is.
    """
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    headers = {
        "From": address(company.sender_name or company.name, sender),
        "To": address(message.contact.full_name, message.address),
        "Subject": unstructured("Subject", rendered.subject),
        "Date": format_datetime(now),
        "Message-ID": message.message_id,
        "Feedback-ID": f"{message.content.slug}:{message.kind}:{message.topic_id}:perennial",
    }
    if company.reply_to:
        headers["Reply-To"] = address("", company.reply_to)
    if message.topic.basis != Topic.Basis.SERVICE:
        headers["List-Unsubscribe"] = f"<{links.unsubscribe_url(message.pk)}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    token = feedback_token(message.pk)
    return Mail(
        sender=return_path(token, sender),
        recipient=envelope_address(message.address),
        headers=headers,
        rendered=rendered,
        boundary=f"part-{hashlib.sha256(message.message_id.encode()).hexdigest()[:32]}",
        token=token,
    )


def envelope_address(mail: str) -> str:
    """The address as SMTP takes it. Nearly all are plain already, which is quickly seen."""
    return mail if PLAIN_ADDRESS.fullmatch(mail) else str(sanitize_address(mail, "utf-8"))


def address(name: str, mail: str) -> str:
    """A mailbox on one line; a name that needs encoding becomes encoded words, which are never quoted."""
    mailbox = envelope_address(mail)
    name = one_line(name)
    if name.isascii():
        return formataddr((name, mailbox))
    return f"{' '.join(Header(name, 'utf-8').encode().split())} <{mailbox}>"


def unstructured(name: str, value: str) -> str:
    if value.isascii() and len(name) + len(": ") + len(value) <= LINE:
        return value
    return Header(value, None if value.isascii() else "utf-8", header_name=name).encode(linesep="\r\n")
