"""Nurture mail: what it needs to know, and when it is no longer wanted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core.arrays import among
from crm.core.registry import MessageKind
from customers.models import Enrolment, Flow, Message, Purchase, PurchaseLine
from customers.outreach.letters import Letter

NURTURE = "nurture"
STILL_IN = (Enrolment.State.ACTIVE, Enrolment.State.DONE)


def still_wanted(ids: Collection[int]) -> set[int]:
    """Mail to those who have not left early, while their sequence runs; the last one goes after its end."""
    still_in = Enrolment.objects.filter(state__in=STILL_IN, flow__state=Flow.State.RUNNING)
    wanted = Message.objects.filter(among(ids), reference__in=still_in.values("pk"))
    return set(wanted.values_list("pk", flat=True))


def values(letters: Sequence[Letter]) -> Mapping[int, Mapping[str, Any]]:
    """What made them enter: `product` (the first one), `order.number`, `items` of name and quantity."""
    purchase_of = dict(
        Enrolment.objects.filter(pk__in={letter.reference for letter in letters}).values_list(
            "pk", "reference"
        )
    )
    bought = bought_in(purchase_of.values())
    numbers = dict(Purchase.objects.filter(pk__in=bought).values_list("pk", "number"))
    return {
        letter.pk: words_of(bought.get(purchase, []), numbers.get(purchase, ""))
        for letter in letters
        for purchase in [purchase_of.get(letter.reference) or 0]
    }


def bought_in(purchase_ids: Collection[int | None]) -> dict[int, list[PurchaseLine]]:
    lines: dict[int, list[PurchaseLine]] = defaultdict(list)
    found = PurchaseLine.objects.filter(purchase__in=set(purchase_ids) - {None}).select_related("product")
    for line in found.order_by("purchase", "ordinal"):
        lines[line.purchase_id].append(line)
    return lines


def words_of(lines: Sequence[PurchaseLine], number: str) -> dict[str, Any]:
    return {
        "product": lines[0].label if lines else _("new equipment"),
        "order": {"number": number},
        "items": [{"name": line.label, "quantity": f"{line.quantity.normalize():f}"} for line in lines],
    }


MESSAGE_KINDS = [
    MessageKind(
        name=NURTURE,
        label=gettext_lazy("Care and safety"),
        topic="care",
        still_wanted=still_wanted,
        values=values,
        icon="plant-2",
    )
]
