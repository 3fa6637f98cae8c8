"""Where campaigns are found: the navigation and the palette."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.core.access import may
from crm.core.models import User
from crm.core.registry import Hit, NavItem, PaletteSource
from customers.models import Flow

NAV = [
    NavItem(
        label=_("Campaigns"),
        url_name="campaigns:sequences",
        icon="plant-2",
        permission="programs.read",
        order=40,
    )
]


def find_sequences(user: User, words: str, limit: int) -> Sequence[Hit]:
    if not may(user, "programs.read"):
        return []
    found = Flow.objects.filter(name__icontains=words).order_by("name", "pk")[:limit]
    return [
        Hit(
            label=flow.name,
            detail=flow.state_label,
            url=reverse("campaigns:sequence", args=[flow.slug]),
            icon="plant-2",
        )
        for flow in found
    ]


PALETTE = [PaletteSource(name="campaigns", label=_("Campaigns"), find=find_sequences, order=60)]
