"""What loyalty shows on the account screen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from crm.core.compiled import compiled
from crm.core.models import User
from crm.core.registry import Panel
from customers.models import Account, names
from customers.models.visibility import sees_everything
from loyalty.models import Lot, Member, Program, Referral


def member_of(account: Account) -> Member | None:
    """What `find_member` answers, asked once for the life of this object, which is one request."""
    known = vars(account)
    if "loyalty_member" not in known:
        known["loyalty_member"] = find_member(account)
    return known["loyalty_member"]


def find_member(account: Account) -> Member | None:
    """The member the account earns for: the topmost account of its tree."""
    found = members(account.pk, account.parent_id is None)
    return found[0] if found else None


@compiled
def members(account_id: int, is_topmost: bool) -> QuerySet[Member]:
    found = Member.objects.filter(program__slug=Program.MAIN)
    if is_topmost:
        found = found.filter(account=account_id)
    else:
        found = found.filter(account__parent=None, account__downward__descendant=account_id)
    found = found.select_related("account").only("pending", "active", "debt", *names.of_account())
    return found.order_by("id")[:1]


def balance(account: Account, user: User) -> Mapping[str, Any] | None:
    """Points of the customer, as a fact beside its other figures."""
    member = member_of(account)
    if member is None:
        return None
    return {"member": member, "statement": statement(member, account, user)}


def points(account: Account, user: User) -> Mapping[str, Any] | None:
    """Points and the last referral."""
    member = member_of(account)
    referral = (
        Referral.objects.made().below(account).select_related("link__contact").order_by("-at", "-id").first()
    )
    if member is None and referral is None:
        return None
    return {
        "member": member,
        "referral": referral,
        "available_at": next_pending(member),
        "pooled": member is not None and member.account_id != account.pk,
        "statement": statement(member, account, user) if member else "",
    }


def next_pending(member: Member | None) -> dt.datetime | None:
    """When the first of the points that wait can be spent."""
    if member is None or not member.pending:
        return None
    pending = Lot.objects.pending().filter(member=member).order_by("available_at")
    return pending.values_list("available_at", flat=True).first()


def statement(member: Member, account: Account, user: User) -> str:
    """Where the statement is, for those who may see the whole customer; empty for the others."""
    seen = member.account_id == account.pk or sees_everything(user)
    return member.get_absolute_url() if seen else ""


PANELS = [
    Panel(
        name="loyalty.balance",
        title=_("Points"),
        template="loyalty/panels/balance.html",
        load=balance,
        place="fact",
        order=60,
    ),
    Panel(
        name="loyalty.points", title=_("Points"), template="loyalty/panels/points.html", load=points, order=70
    ),
]
