"""What outreach lets people take out as files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from crm.core.exports.lists import Column, Export
from crm.core.models import User
from customers.models import Message

FIELDS = ("id", "account_id", "contact_id", "kind", "state", "reason", "detail", "address", "subject")


def message_rows(user: User, filters: Mapping[str, str]) -> QuerySet[Any]:
    return Message.objects.visible_to(user)


EXPORTS = [
    Export(
        name="outreach.messages",
        label=_("Messages"),
        rows=message_rows,
        columns=[
            *(Column(name, name) for name in FIELDS),
            Column("topic", "topic__name"),
            Column("content", "content__name"),
            *(Column(name, name) for name in ("due_at", "sent_at", "bounced_at")),
        ],
        permission="messages.read",
        order=70,
    )
]
