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
from customers.outreach.letters import Letter
from customers.outreach.liquid import prepare
from customers.outreach.models import ClickRules, ContentVersion

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
    return " ".join((text if text.isprintable() else UNPRINTABLE.sub(" ", text)).split())


def render_version(version: ContentVersion, values: Mapping[str, Any]) -> Rendered:
    """Raises LiquidError when the content asks for more than it may have."""
    html, text = bodies(version, values)
    company = values["company"]
    return Rendered(
        subject=one_line(prepare(version.subject, autoescape=False, company=company).render(values)),
        text_pieces=prepare(text, autoescape=False, company=company).pieces(values),
        html_pieces=prepare(html, autoescape=True, company=company).pieces(values),
    )


def bodies(version: ContentVersion, values: Mapping[str, Any]) -> tuple[str, str]:
    """The HTML and the text template; their links lead over us where clicks in this message are counted."""
    if version.counted_html and values["links"]["click"]:
        return version.counted_html, version.counted_text
    return version.html, version.text


def values_of(
    letters: Sequence[Letter], company: Company, rules: ClickRules | None = None
) -> dict[int, dict[str, Any]]:
    """What each message's content may say; messages whose app cannot tell its values are left out."""
    by_kind: dict[str, list[Letter]] = defaultdict(list)
    for letter in letters:
        by_kind[letter.kind].append(letter)
    brand = company_values(company)
    counting = (rules or ClickRules.load()).count_clicks
    found: dict[int, dict[str, Any]] = {}
    for kind, of_kind in by_kind.items():
        special = values_of_kind(kind, of_kind)
        for letter in of_kind:
            if letter.pk in special:
                found[letter.pk] = {
                    **special[letter.pk],
                    **common_values(letter, counting=counting),
                    "company": brand,
                }
    return found


def values_of_kind(kind: str, letters: Sequence[Letter]) -> Mapping[int, Mapping[str, Any]]:
    try:
        return registry.message_kinds[kind].values(letters)
    except Exception:  # one app's mistake must not hold up the mail of all others
        logger.exception("%s has no values for its messages", kind)
        return {}


def common_values(letter: Letter, *, counting: bool) -> dict[str, Any]:
    """`links.click` is empty when clicks in this message are not counted."""
    preferences = links.preferences_url(letter.contact_id)
    counted = counting and letter.may_end and letter.count_clicks
    return {
        "contact": {"first_name": letter.first_name, "full_name": letter.full_name},
        "account": {"name": letter.account_name},
        "links": {
            "view": links.view_url(letter.pk),
            "preferences": preferences,
            "unsubscribe": links.unsubscribe_url(letter.pk) if letter.may_end else preferences,
            "click": links.click_prefix(letter.pk) if counted else "",
        },
    }


def company_values(company: Company) -> dict[str, str]:
    return {
        "name": company.name,
        "postal_address": company.postal_address,
        "colour": company.colour,
        "ink": ink_on(company.colour),
    }
