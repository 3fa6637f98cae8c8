"""What the points program lets people take out as files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from crm.core.exports.lists import Column, Export
from crm.core.models import User
from loyalty.models import Transfer


def transfer_rows(user: User, filters: Mapping[str, str]) -> QuerySet[Any]:
    return Transfer.objects.visible_to(user)


EXPORTS = [
    Export(
        name="loyalty.transfers",
        label=_("Points ledger"),
        rows=transfer_rows,
        columns=[
            Column("id", "id"),
            Column("at", "at"),
            Column("account_id", "member__account_id"),
            Column("account", "member__account__name"),
            *(Column(name, name) for name in ("kind", "from_book", "to_book", "amount", "key", "leg")),
            *(Column(name, name) for name in ("purchase_id", "return_of_id", "reason")),
            Column("actor", "actor__email"),
        ],
        permission="programs.read",
        order=90,
    )
]
