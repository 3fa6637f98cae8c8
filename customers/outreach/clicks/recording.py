"""Follow a link: where it leads, and a row that says it was followed."""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass

from django.db import Error, IntegrityError, transaction
from django.utils import timezone

from customers.outreach.clicks.partitions import Month, make_month
from customers.outreach.links import message_of
from customers.outreach.models import Click, ClickRules, ContentLink, Message

logger = logging.getLogger(__name__)

BY_REQUEST = {
    Click.How.HEAD: Click.Verdict.HEAD,
    Click.How.PREFETCH: Click.Verdict.PREFETCH,
    Click.How.SCANNER: Click.Verdict.SCANNER,
}


@dataclass(frozen=True)
class Way:
    """A link of one message, found by its token."""

    message: Message
    link: ContentLink


def find_way(token: str, number: int) -> Way | None:
    """None when we did not make the token, its person is erased, or the mail has no such link."""
    pk = message_of(token)
    if pk is None:
        return None
    messages = Message.objects.filter(pk=pk, contact__erased_at=None).only("version_id", "state", "sent_at")
    message = messages.first()
    if message is None or message.version_id is None:
        return None
    link = ContentLink.objects.filter(version=message.version_id, number=number).first()
    return Way(message, link) if link else None


def note_click(*, way: Way, how: Click.How, agent: str) -> None:
    """Keep that a link was followed; once a minute, however often. Whatever goes wrong here is ours to know:
    the reader goes on all the same."""
    now = timezone.now()
    click = Click(
        message=way.message,
        link=way.link,
        minute=now.replace(second=0, microsecond=0),
        at=now,
        how=how,
        agent=agent,
        verdict=first_verdict(way, how, now),
    )
    try:
        store(click)
    except Error:
        logger.exception("A click could not be kept")


def first_verdict(way: Way, how: Click.How, now: dt.datetime) -> Click.Verdict:
    """What can be told at once; `counting` looks at a mail's clicks together."""
    if way.link.number == ContentLink.HIDDEN:
        return Click.Verdict.HIDDEN
    if how in BY_REQUEST:
        return BY_REQUEST[how]
    return Click.Verdict.EARLY if too_soon(way.message, now) else Click.Verdict.HUMAN


def too_soon(message: Message, now: dt.datetime) -> bool:
    """Nobody reads a mail that is still being handed over, or has been for seconds."""
    if message.sent_at is None:
        return message.state == Message.State.SENDING
    return now < message.sent_at + ClickRules.load().early


def store(click: Click) -> None:
    try:
        insert(click)
    except IntegrityError:  # no partition: nobody has kept house for months, or this is the first click
        make_month(Month.of(click.minute))
        insert(click)


def insert(click: Click) -> None:
    with transaction.atomic():
        Click.objects.bulk_create([click], ignore_conflicts=True)
