"""What outreach lets people take out as files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from crm.core.exports.lists import Column, Export
from crm.core.models import User
from customers.models import Message
from customers.outreach.views.outbox import listed

FIELDS = ("id", "account_id", "contact_id", "kind", "state", "reason", "detail", "address", "subject")


def message_rows(user: User, filters: Mapping[str, str]) -> QuerySet[Any]:
    return listed(user, filters.get("state", ""))


def message_filters(user: User, filters: Mapping[str, str]) -> Mapping[str, str]:
    state = filters.get("state", "")
    known = state in Message.State.values
    return {str(_("State")): str(Message.State(state).label)} if known else {}


EXPORTS = [
    Export(
        name="outreach.messages",
        label=_("Messages"),
        rows=message_rows,
        in_words=message_filters,
        columns=[
            *(Column(name, name) for name in FIELDS),
            Column("topic", "topic__name"),
            Column("content", "content__name"),
            *(Column(name, name) for name in ("due_at", "sent_at", "bounced_at")),
            Column("clicks", "clicks__human"),
        ],
        permission="messages.read",
        order=70,
    )
]
