"""What campaigns let people take out as files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from campaigns.reading import enrolments_listed
from crm.core.exports.lists import Column, Export
from crm.core.models import User
from customers.models import Enrolment, Flow


def enrolment_rows(user: User, filters: Mapping[str, str]) -> QuerySet[Any]:
    """Who is in one sequence, in one state, as its page lists them; or everybody who ever was in one."""
    flow = asked_for(filters)
    if flow is None:
        return Enrolment.objects.visible_to(user)
    return enrolments_listed(user, flow, filters.get("state", ""))


def asked_for(filters: Mapping[str, str]) -> Flow | None:
    return Flow.objects.filter(slug=filters.get("sequence", "")).first()


def enrolment_filters(user: User, filters: Mapping[str, str]) -> Mapping[str, str]:
    flow, state = asked_for(filters), filters.get("state", "")
    words = {str(_("Sequence")): flow.name} if flow else {}
    known = flow and state in Enrolment.State.values
    return words | ({str(_("State")): str(Enrolment.State(state).label)} if known else {})


EXPORTS = [
    Export(
        name="campaigns.enrolments",
        label=_("People in sequences"),
        rows=enrolment_rows,
        in_words=enrolment_filters,
        columns=[
            Column("id", "id"),
            Column("sequence", "flow__name"),
            Column("version", "version__number"),
            Column("account_id", "account_id"),
            Column("account", "account__name"),
            Column("contact_id", "contact_id"),
            *(Column(name, name) for name in ("state", "position", "due_at", "outcome")),
            *(Column(name, name) for name in ("entered_at", "ended_at")),
        ],
        permission="programs.read",
        order=85,
    )
]
