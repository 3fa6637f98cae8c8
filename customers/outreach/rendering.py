"""Put one recipient's values into a content version."""

from __future__ import annotations

import logging
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm.core.brand import ink_on
from crm.core.models import Company
from crm.core.registry import registry
from customers.outreach import links
from customers.outreach.liquid import render, render_pieces
from customers.outreach.models import ContentVersion, Message, Topic

logger = logging.getLogger(__name__)

UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True)
class Rendered:
    """A mail's words for one person, the bodies in the pieces they were made of."""

    subject: str
    text_pieces: Sequence[str]
    html_pieces: Sequence[str]

    @property
    def text(self) -> str:
        return "".join(self.text_pieces)

    @property
    def html(self) -> str:
        return "".join(self.html_pieces)


def one_line(text: str) -> str:
    """Text fit for a header: line breaks and other control characters become spaces."""
    return " ".join(UNPRINTABLE.sub(" ", text).split())


def render_message(message: Message, version: ContentVersion, values: Mapping[str, Any]) -> Rendered:
    """Raises LiquidError when the content asks for more than it may have."""
    return Rendered(
        subject=one_line(render(version.subject, values, autoescape=False)),
        text_pieces=render_pieces(version.text, values, autoescape=False),
        html_pieces=render_pieces(version.html, values, autoescape=True),
    )


def values_of(messages: Sequence[Message], company: Company) -> dict[int, dict[str, Any]]:
    """What each message's content may say; messages whose app cannot tell its values are left out."""
    by_kind: dict[str, list[Message]] = defaultdict(list)
    for message in messages:
        by_kind[message.kind].append(message)
    brand = company_values(company)
    found: dict[int, dict[str, Any]] = {}
    for kind, of_kind in by_kind.items():
        special = values_of_kind(kind, of_kind)
        for message in of_kind:
            if message.pk in special:
                found[message.pk] = {**special[message.pk], **common_values(message), "company": brand}
    return found


def values_of_kind(kind: str, messages: Sequence[Message]) -> Mapping[int, Mapping[str, Any]]:
    try:
        return registry.message_kinds[kind].values(messages)
    except Exception:  # one app's mistake must not hold up the mail of all others
        logger.exception("%s has no values for its messages", kind)
        return {}


def common_values(message: Message) -> dict[str, Any]:
    preferences = links.preferences_url(message.contact_id)
    may_end = message.topic.basis != Topic.Basis.SERVICE
    return {
        "contact": {"first_name": message.contact.first_name, "full_name": message.contact.full_name},
        "account": {"name": message.account.name},
        "links": {
            "view": links.view_url(message.pk),
            "preferences": preferences,
            "unsubscribe": links.unsubscribe_url(message.pk) if may_end else preferences,
        },
    }


def company_values(company: Company) -> dict[str, str]:
    return {
        "name": company.name,
        "postal_address": company.postal_address,
        "colour": company.colour,
        "ink": ink_on(company.colour),
    }
