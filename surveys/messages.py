"""The mail that asks: when it is still wanted, and what is put into it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from crm.core.arrays import among
from crm.core.registry import MessageKind
from customers.models import Message
from customers.outreach.letters import Letter
from surveys.links import hidden_url, page_url, score_url, token_of
from surveys.models import Invitation
from surveys.services.planning import MESSAGE_KIND

TOPIC = "surveys"


def still_wanted(ids: Collection[int]) -> set[int]:
    """Messages whose survey runs, is not answered or expired, and whose purchase was not wholly returned."""
    wanted = Message.objects.filter(among(ids), reference__in=Invitation.objects.wanted().values("pk"))
    return set(wanted.values_list("pk", flat=True))


def values(letters: Sequence[Letter]) -> Mapping[int, Mapping[str, Any]]:
    """The question, its links (`scores[4]` is the link of a 4) and the order, as `survey`."""
    invitations = Invitation.objects.select_related("survey", "purchase").in_bulk(
        [letter.reference for letter in letters]
    )
    return {
        letter.pk: {"survey": survey_values(invitations[letter.reference])}
        for letter in letters
        if letter.reference in invitations
    }


def survey_values(invitation: Invitation) -> dict[str, Any]:
    token, survey, purchase = token_of(invitation), invitation.survey, invitation.purchase
    delivered_at = purchase.delivered_at if purchase else None
    return {
        "question": survey.question,
        "low": survey.low,
        "high": survey.high,
        "scores": [score_url(token, score) for score in range(11)],
        "page": page_url(token),
        "hidden": hidden_url(token),
        "order": purchase.number if purchase else "",
        "delivered": date_format(delivered_at, "DATE_FORMAT") if delivered_at else "",
    }


MESSAGE_KINDS = [
    MessageKind(
        name=MESSAGE_KIND,
        label=_("Survey"),
        topic=TOPIC,
        still_wanted=still_wanted,
        values=values,
        icon="message-question",
    )
]
