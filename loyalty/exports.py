"""What the points program lets people take out as files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from crm.core.exports.lists import Column, Export
from crm.core.models import User
from loyalty.models import Member, Referral, Transfer
from loyalty.views.referrals import listed


def transfer_rows(user: User, filters: Mapping[str, str]) -> QuerySet[Any]:
    return Transfer.objects.visible_to(user)


def member_rows(user: User, filters: Mapping[str, str]) -> QuerySet[Any]:
    return Member.objects.visible_to(user)


def referral_rows(user: User, filters: Mapping[str, str]) -> QuerySet[Any]:
    return listed(user, filters.get("state", ""))


def referral_filters(user: User, filters: Mapping[str, str]) -> Mapping[str, str]:
    state = filters.get("state", "")
    known = state in Referral.State.values
    return {str(_("State")): str(Referral.State(state).label)} if known else {}


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
    ),
    Export(
        name="loyalty.members",
        label=_("Points balances"),
        rows=member_rows,
        columns=[
            Column("id", "id"),
            Column("program", "program__name"),
            Column("account_id", "account_id"),
            Column("external_id", "account__external_id"),
            Column("account", "account__name"),
            *(Column(name, name) for name in ("pending", "active", "reserved", "debt", "joined_at")),
        ],
        permission="programs.read",
        order=91,
    ),
    Export(
        name="loyalty.referrals",
        label=_("Referrals"),
        rows=referral_rows,
        in_words=referral_filters,
        columns=[
            Column("id", "id"),
            Column("recommended_by_account_id", "account_id"),
            Column("recommended_by_account", "account__name"),
            Column("recommended_by_contact_id", "link__contact_id"),
            *(Column(name, name) for name in ("state", "rejection", "name", "email", "company", "phone")),
            *(Column(name, name) for name in ("message", "at", "bound_at")),
        ],
        permission="programs.read",
        order=92,
    ),
]
