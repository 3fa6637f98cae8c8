"""The bytes of a mail: a small fixed skeleton around per-recipient headers and the two bodies."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.header import Header
from email.utils import format_datetime, formataddr, parseaddr
from functools import lru_cache

from django.conf import settings
from django.core.mail.message import sanitize_address

from crm.core.models import Company
from customers.outreach import links
from customers.outreach.feedback.tokens import feedback_token, return_path
from customers.outreach.letters import Letter
from customers.outreach.quoting import quoted
from customers.outreach.rendering import Rendered, one_line

PLAIN_ADDRESS = re.compile(r"(?a:[\w+-]+(?:\.[\w+-]+)*@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{1,63})")
PLAIN_NAME = re.compile(r"[A-Za-z0-9 _'-]+")  # nothing that formataddr would quote
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
        """What SMTP calls its data, but for the dot that ends it: dots that begin a line are doubled."""
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


def build_mail(letter: Letter, rendered: Rendered, company: Company, now: dt.datetime) -> Mail:
    """Raises ValueError when the address cannot be written to.

    The Message-ID is the row's own, so that a second copy of a mail can be told for what it is.
    """
    sender = sender_address(settings.DEFAULT_FROM_EMAIL)
    recipient = envelope_address(letter.address)
    headers = {
        "From": mailbox(company.sender_name or company.name, sender),
        "To": mailbox(letter.full_name, recipient),
        "Subject": unstructured("Subject", rendered.subject),
        "Date": date(now.replace(microsecond=0)),
        "Message-ID": letter.message_id,
        "Feedback-ID": f"{letter.content}:{letter.kind}:{letter.topic}:perennial",
    }
    if company.reply_to:
        headers["Reply-To"] = mailbox("", envelope_address(company.reply_to))
    if letter.may_end:
        headers["List-Unsubscribe"] = f"<{links.unsubscribe_url(letter.pk)}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    token = feedback_token(letter.pk)
    return Mail(
        sender=return_path(token, sender),
        recipient=recipient,
        headers=headers,
        rendered=rendered,
        boundary=f"part-{hashlib.sha256(letter.message_id.encode()).hexdigest()[:32]}",
        token=token,
    )


@lru_cache(maxsize=8)
def sender_address(mailbox: str) -> str:
    return envelope_address(parseaddr(mailbox)[1])


@lru_cache(maxsize=8)
def date(second: dt.datetime) -> str:
    return format_datetime(second)


def envelope_address(mail: str) -> str:
    """The address as SMTP takes it. Nearly all are plain already, which is quickly seen."""
    return mail if PLAIN_ADDRESS.fullmatch(mail) else str(sanitize_address(mail, "utf-8"))


def mailbox(name: str, address: str) -> str:
    """A mailbox on one line; a name that needs encoding becomes encoded words, which are never quoted."""
    name = one_line(name)
    if PLAIN_NAME.fullmatch(name):
        return f"{name} <{address}>"
    if name.isascii():
        return formataddr((name, address))
    return f"{' '.join(Header(name, 'utf-8').encode().split())} <{address}>"


def unstructured(name: str, value: str) -> str:
    if value.isascii() and len(name) + len(": ") + len(value) <= LINE:
        return value
    return Header(value, None if value.isascii() else "utf-8", header_name=name).encode(linesep="\r\n")
