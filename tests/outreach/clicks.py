"""Mails with links that lead elsewhere, and those who follow them."""

from __future__ import annotations

import datetime as dt
import re
from email.message import EmailMessage

from django.test import Client
from django.utils import timezone

from customers.models import Click, ContentVersion, LinkMonth, Message
from customers.outreach.links import message_token
from customers.outreach.services import ensure_content
from tests.outreach.conftest import plan

SHOP, GUIDE, FORM = "https://shop.example/oak?a=1&b=2", "https://guide.example/", "http://form.example/#top"
BODY = f"""
<mj-section><mj-column>
  <mj-text>Dear {{{{ contact.first_name }}}}, <a href="{SHOP.replace("&", "&amp;")}">the shop</a></mj-text>
  <mj-text><a href="{GUIDE}">the guide</a> or <a href="mailto:help@ours.example">write</a></mj-text>
  <mj-text><a href="https://shop.example/?for={{{{ contact.first_name }}}}">for you</a></mj-text>
  <mj-button href="{FORM}">the form</mj-button>
</mj-column></mj-section>
"""
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
HOUR = dt.timedelta(hours=1)


def write_mail(body: str = BODY, subject: str = "For {{ contact.first_name }}") -> ContentVersion:
    return ensure_content(slug="note", name="A note", subject=subject, body=body)


def sent_message(*, body: str = BODY, ago: dt.timedelta = HOUR) -> Message:
    """A message that says it was sent some time ago."""
    version, message = write_mail(body), plan()
    message.state, message.version, message.sent_at = "sent", version, timezone.now() - ago
    message.save()
    return message


def click_path(message: Message, number: int) -> str:
    return f"/c/{message_token(message.pk)}/{number}/"


def follow(client: Client, message: Message, number: int = 1, *, agent: str = FIREFOX) -> str:
    """Follow a link as a browser does; answers where it leads."""
    return client.get(click_path(message, number), headers={"User-Agent": agent}).headers.get("Location", "")


def verdicts(message: Message) -> list[str]:
    return list(Click.objects.filter(message=message).order_by("at", "pk").values_list("verdict", flat=True))


def booked(message: Message) -> tuple[int, int]:
    """Clicks of people and all clicks, as the figures of the message say."""
    message = Message.objects.select_related("clicks").get(pk=message.pk)
    return (message.clicks.human, message.clicks.clicks) if hasattr(message, "clicks") else (0, 0)


def booked_link(message: Message, number: int = 1) -> tuple[int, int]:
    rows = LinkMonth.objects.filter(link__version=message.version, link__number=number)
    return sum(row.human for row in rows), sum(row.clicks for row in rows)


def links_in(mail: EmailMessage, part: str) -> list[str]:
    body = mail.get_body((part,))
    assert body is not None
    found = re.findall(r"https?://[^\s\")>\]]+", body.get_content())
    return [link for link in found if "www.w3.org" not in link and "schemas" not in link]
