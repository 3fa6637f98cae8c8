"""Read what mail servers send back: delivery status notifications (RFC 3464) and complaints (RFC 5965).

Anybody can write to the mailbox. What counts is a token of ours in the address that the letter came to, or
our Message-ID together with its recipient: only those who had our mail know them.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any

from django.utils import timezone

from customers.outreach.feedback.recording import Kind, Report
from customers.outreach.feedback.statuses import is_hard
from customers.outreach.feedback.tokens import message_of, token_in

PROVIDER = "mailbox"
CAME_TO = ("Delivered-To", "X-Original-To", "Envelope-To", "To")


def read_letter(raw: bytes) -> Report | None:
    """What a letter tells of one of our mails; None for holiday notes, questions and nonsense."""
    letter = message_from_bytes(raw, policy=policy.default)
    try:
        kind, words, address = told_by(letter)
    except (ValueError, LookupError, TypeError, AttributeError):  # headers that no parser understands
        return None
    if kind is None:
        return None
    return Report(
        kind=kind,
        provider=PROVIDER,
        event_id=hashlib.sha256(raw).hexdigest(),
        at=date_of(letter),
        address=address,
        token=token_of(letter),
        message_id=original_id(letter),
        detail=words.replace("\0", ""),
    )


def told_by(letter: EmailMessage) -> tuple[Kind | None, str, str]:
    """Kind, the server's words and the recipient, from the part of the letter that machines read."""
    for part in letter.walk():
        if part.get_content_type() == "message/delivery-status":
            return status_told(fields_of(part))
        if part.get_content_type() == "message/feedback-report":
            return complaint_told(fields_of(part))
    return None, "", ""


def fields_of(part: EmailMessage) -> dict[str, str]:
    """The fields of all blocks of a report, which are parsed as parts; the first one of a name counts."""
    blocks: Any = part.get_payload() if part.is_multipart() else []
    found: dict[str, str] = {}
    for block in blocks:
        for name, value in block.items():
            found.setdefault(name.lower(), str(value).strip())
    return found


def lines_of(text: str) -> dict[str, str]:
    pairs = (line.partition(":") for line in text.splitlines() if ":" in line)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def status_told(fields: dict[str, str]) -> tuple[Kind | None, str, str]:
    action, status = fields.get("action", "").lower(), fields.get("status", "")
    words = fields.get("diagnostic-code", status)
    recipient = fields.get("final-recipient", "") or fields.get("original-recipient", "")
    address = recipient.rpartition(";")[2].strip().strip("<>")
    if action == "delivered":
        return Kind.DELIVERED, words, address
    if action != "failed":  # delayed, relayed or expanded: on its way
        return None, words, address
    return (Kind.HARD if is_hard(status) else Kind.SOFT), words, address


def complaint_told(fields: dict[str, str]) -> tuple[Kind | None, str, str]:
    sort = fields.get("feedback-type", "").lower()
    address = fields.get("original-rcpt-to", "").strip("<>")
    if sort in {"abuse", "fraud", "complaint"}:
        return Kind.COMPLAINED, sort, address
    return (Kind.UNSUBSCRIBED if sort == "opt-out" else None), sort, address


def token_of(letter: EmailMessage) -> str:
    """The first token that is ours among the addresses that the letter came to."""
    values = [str(value) for name in CAME_TO for value in letter.get_all(name, [])]
    tokens = (token_in(address) for _, address in getaddresses(values))
    return next((token for token in tokens if message_of(token)), "")


def original_id(letter: EmailMessage) -> str:
    """The Message-ID of the mail that the letter brings back, whole or its headers alone."""
    for part in letter.walk():
        if part is letter:
            continue
        if part.get_content_type() == "text/rfc822-headers":
            found = lines_of(str(part.get_payload())).get("message-id", "")
        else:
            found = str(part.get("Message-ID", ""))
        if found:
            return found.strip()
    return ""


def date_of(letter: EmailMessage) -> dt.datetime:
    try:
        found = parsedate_to_datetime(str(letter["Date"]))
    except (TypeError, ValueError):
        return timezone.now()
    return found if timezone.is_aware(found) else found.replace(tzinfo=dt.UTC)
