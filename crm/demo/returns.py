"""What came back: parts of orders, and a few things from before that name no order."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from crm.demo.world import Comeback, Order, World
from customers.models import Return, ReturnLine

UNLINKED = 7
REASONS = [
    "Wrong size ordered",
    "One part arrived damaged",
    "Ordered one too many",
    "Colour does not match the gym",
    "Gym renovation postponed",
    "Hardware missing, replaced by a new set",
    "Does not fit the old floor sockets",
]


def come_back(world: World, order: Order) -> Comeback | None:
    """A part of one line comes back, weeks after the delivery; None when that is still to come."""
    purchase = order.purchase
    assert purchase.delivered_at
    returned_at = world.at_work(purchase.delivered_at + world.days(3, 45), order.site.zone)
    if returned_at > world.now:
        return None
    line = world.pick(order.lines)
    quantity = Decimal(max(1, int(line.quantity) // world.pick([1, 2, 3])))
    row = Return(
        account=purchase.account,
        purchase=purchase,
        returned_at=returned_at,
        reason=world.pick(REASONS),
        total=quantity * line.unit_price,
        is_history=purchase.is_history,
        created_at=returned_at,
    )
    taken = ReturnLine(
        ordinal=1,
        purchase_line=line,
        product=line.product,
        quantity=quantity,
        unit_price=line.unit_price,
    )
    return Comeback(row, taken)


def loose_return(world: World, number: int) -> Comeback:
    order = world.pick([one for one in world.orders if one.purchase.is_history])
    line = order.lines[0]
    at = order.purchase.ordered_at + world.days(40, 90)
    row = Return(
        account=order.purchase.account,
        number=f"RMA-{1040 + number}",
        returned_at=at,
        reason="Taken over from the old system",
        total=line.unit_price,
        is_history=True,
        created_at=at,
    )
    taken = ReturnLine(ordinal=1, product=line.product, quantity=Decimal(1), unit_price=line.unit_price)
    return Comeback(row, taken)


def save_returns(world: World) -> None:
    """Write the returns of orders and the loose ones, by date."""
    found = [order.back for order in world.orders if order.back]
    found += [loose_return(world, number) for number in range(1, UNLINKED + 1)]
    found.sort(key=returned_at)
    Return.objects.bulk_create([one.row for one in found])
    for one in found:
        one.line.return_of = one.row
        note_return(world, one.row)
    ReturnLine.objects.bulk_create([one.line for one in found])


def returned_at(one: Comeback) -> dt.datetime:
    return one.row.returned_at


def note_return(world: World, back: Return) -> None:
    """The timeline row that `record_return` writes."""
    purchase = back.purchase
    world.note(
        back.account,
        "customers.return",
        back.returned_at,
        contact_id=purchase.contact_id if purchase else None,
        link=purchase.get_absolute_url() if purchase else "",
        data={
            "return": back.pk,
            "number": back.number,
            "total": str(back.total),
            "order": purchase.number if purchase else "",
        },
        words=back.reason,
        key=f"return:{back.pk}",
    )
