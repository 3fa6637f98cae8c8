"""Where loyalty is found: the navigation and the palette."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.core.access import may
from crm.core.models import User
from crm.core.registry import Hit, NavItem, PaletteSource
from loyalty.models import Referral

NAV = [
    NavItem(
        label=_("Loyalty"), url_name="loyalty:overview", icon="coins", permission="programs.read", order=50
    )
]


def find_referrals(user: User, words: str, limit: int) -> Sequence[Hit]:
    if not may(user, "programs.read"):
        return []
    found = Referral.objects.visible_to(user).made().matching(words).order_by("-at", "-id")
    return [
        Hit(
            label=referral.name,
            detail=referral.company or referral.email,
            url=reverse("loyalty:referrals") + "?state=bound",
            icon="users",
        )
        for referral in found[:limit]
    ]


PALETTE = [PaletteSource(name="referrals", label=_("Referrals"), find=find_referrals, order=70)]
