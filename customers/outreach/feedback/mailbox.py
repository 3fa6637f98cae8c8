"""Where letters about our mail lie: a Maildir on this machine or a mailbox at an IMAP server."""

from __future__ import annotations

import imaplib
import mailbox
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from customers.outreach.feedback.letters import read_letter
from customers.outreach.feedback.recording import record_feedback

IMAPS_PORT = 993
MOST = 1_000  # letters in one go


class Letters(Protocol):
    def unread(self) -> Iterator[tuple[str, bytes]]:
        """Name and bytes of each letter that was not read yet."""

    def mark_read(self, name: str) -> None:
        """Never to be handed out again; it stays for people to look at."""


def read_bounces() -> int:
    """Read what has come to BOUNCE_MAILBOX since the last time. Answers how many reports were news.

    A letter is marked after its report is stored: when we are stopped in between, it is read again to no
    effect.
    """
    if not settings.BOUNCE_MAILBOX:
        return 0
    news = 0
    with open_mailbox(settings.BOUNCE_MAILBOX) as letters:
        for name, raw in letters.unread():
            report = read_letter(raw)
            if report and record_feedback(report):
                news += 1
            letters.mark_read(name)
    return news


@contextmanager
def open_mailbox(address: str) -> Iterator[Letters]:
    """`maildir:///var/mail/bounces`, or `imaps://user:password@host/INBOX`."""
    url = urlsplit(address)
    if url.scheme == "maildir":
        yield MaildirLetters(Path(unquote(url.path)))
    elif url.scheme == "imaps":
        with imap(url) as connection:
            yield ImapLetters(connection)
    else:
        raise ImproperlyConfigured("BOUNCE_MAILBOX is neither maildir:// nor imaps://.")


class MaildirLetters:
    def __init__(self, folder: Path) -> None:
        self.box = mailbox.Maildir(folder, factory=None, create=True)

    def unread(self) -> Iterator[tuple[str, bytes]]:
        for name in sorted(self.box.keys())[:MOST]:
            letter = self.box.get_message(name)
            if "S" not in letter.get_flags():
                yield name, self.box.get_bytes(name)

    def mark_read(self, name: str) -> None:
        letter = self.box.get_message(name)
        letter.set_subdir("cur")
        letter.add_flag("S")
        self.box[name] = letter


@contextmanager
def imap(url: SplitResult) -> Iterator[imaplib.IMAP4]:
    connection = imaplib.IMAP4_SSL(
        url.hostname or "",
        url.port or IMAPS_PORT,
        ssl_context=ssl.create_default_context(),
        timeout=settings.EMAIL_TIMEOUT,
    )
    with connection:
        connection.login(unquote(url.username or ""), unquote(url.password or ""))
        connection.select(f'"{unquote(url.path.strip("/")) or "INBOX"}"')
        yield connection


class ImapLetters:
    def __init__(self, connection: imaplib.IMAP4) -> None:
        self.connection = connection

    def unread(self) -> Iterator[tuple[str, bytes]]:
        _, found = self.connection.uid("SEARCH", "UNSEEN")
        for uid in found[0].split()[:MOST]:
            _, parts = self.connection.uid("FETCH", uid.decode(), "(BODY.PEEK[])")
            raw = next((part[1] for part in parts if isinstance(part, tuple)), b"")
            yield uid.decode(), raw

    def mark_read(self, name: str) -> None:
        self.connection.uid("STORE", name, "+FLAGS.SILENT", r"(\Seen)")
