"""What surveys let people take out as files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from crm.core.exports.lists import Column, Export
from crm.core.models import User
from surveys.models import Band, Response, Survey
from surveys.views.programs import answers_of

FIELDS = ("id", "account_id", "contact_id", "score", "state", "counted_score")


def answer_rows(user: User, filters: Mapping[str, str]) -> QuerySet[Any]:
    """The counted answers of one survey as its page lists them, or everything that was answered."""
    survey = asked_for(filters)
    return answers_of(survey, user, filters.get("band", "")) if survey else Response.objects.visible_to(user)


def asked_for(filters: Mapping[str, str]) -> Survey | None:
    number = filters.get("survey", "")
    return Survey.objects.filter(pk=number).first() if number.isdecimal() and len(number) < 19 else None


def answer_filters(user: User, filters: Mapping[str, str]) -> Mapping[str, str]:
    survey, band = asked_for(filters), filters.get("band", "")
    words = {str(_("Survey")): survey.name} if survey else {}
    return words | ({str(_("Band")): str(Band(band).label)} if survey and band in Band.values else {})


EXPORTS = [
    Export(
        name="surveys.answers",
        label=_("Survey answers"),
        rows=answer_rows,
        in_words=answer_filters,
        columns=[
            Column("survey", "survey__name"),
            *(Column(name, name) for name in FIELDS),
            Column("comment", "words__text"),
            Column("purchase_id", "invitation__purchase_id"),
            *(Column(name, name) for name in ("first_at", "changed_at", "counted_at", "loop_closed_at")),
        ],
        permission="programs.read",
        order=80,
    )
]
