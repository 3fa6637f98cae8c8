"""What surveys let people take out as files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from crm.core.exports.lists import Column, Export
from crm.core.models import User
from surveys.models import Response

FIELDS = ("id", "account_id", "contact_id", "score", "state", "counted_score")


def answer_rows(user: User, filters: Mapping[str, str]) -> QuerySet[Any]:
    return Response.objects.visible_to(user)


EXPORTS = [
    Export(
        name="surveys.answers",
        label=_("Survey answers"),
        rows=answer_rows,
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
