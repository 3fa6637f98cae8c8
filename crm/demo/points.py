"""Two years of points, posted as the ledger would have: earned, held, taken back for returns, confirmed.

All transfers go in by date with one statement, whose trigger keeps the members' balances.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from crm.demo.world import DAY, MINUTE, Order, World, reserve_ids
from loyalty.models import Allocation, Book, Lot, Member, Program, Transfer

CONFIRMED_AFTER = 4 * MINUTE  # the job that confirms comes by every ten minutes
Kind = Transfer.Kind


@dataclass
class Earned:
    """The points of one order: its transfers in the order in which they happened, and its lot."""

    order: Order
    member: Member
    points: int
    back: int
    lot_id: int = 0
    transfers: dict[Kind, Transfer] = field(default_factory=dict)

    @property
    def available_at(self) -> dt.datetime:
        purchase = self.order.purchase
        return (purchase.delivered_at or purchase.ordered_at) + self.member.program.hold_days * DAY

    @property
    def confirmed_at(self) -> dt.datetime:
        return self.available_at + CONFIRMED_AFTER

    def is_confirmed(self, now: dt.datetime) -> bool:
        return self.order.purchase.delivered_at is not None and self.confirmed_at <= now

    def post(self, kind: Kind, books: tuple[Book, Book], amount: int, at: dt.datetime, key: str) -> Transfer:
        from_book, to_book = books
        self.transfers[kind] = Transfer(
            program=self.member.program,
            member=self.member,
            kind=kind,
            from_book=from_book,
            to_book=to_book,
            amount=amount,
            at=at,
            key=key,
            purchase=self.order.purchase,
        )
        return self.transfers[kind]


def reward(world: World) -> None:
    """Give the points of every order that is not history."""
    orders = [order for order in world.orders if not order.purchase.is_history]
    members = join(Program.objects.main(), orders)
    found = [earned for order in orders if (earned := earned_by(members, order)).points]
    for earned, lot_id in zip(found, reserve_ids(Lot, len(found)), strict=True):
        earned.lot_id = lot_id
        post_all(world, earned)
    transfers = [transfer for earned in found for transfer in earned.transfers.values()]
    Transfer.objects.bulk_create(sorted(transfers, key=lambda transfer: transfer.at))
    Lot.objects.bulk_create([lot_of(world, earned) for earned in found])
    Allocation.objects.bulk_create(
        [
            Allocation(transfer=earned.transfers[Kind.REFUND], lot_id=earned.lot_id, amount=earned.back)
            for earned in found
            if Kind.REFUND in earned.transfers
        ]
    )
    for earned in found:
        note_points(world, earned)


def join(program: Program, orders: list[Order]) -> dict[int, Member]:
    """A member per tree, since its first order that counts; by top account."""
    since: dict[int, dt.datetime] = {}
    for order in orders:
        since.setdefault(top_of(order), order.purchase.ordered_at)
    members = Member.objects.bulk_create(
        [Member(program=program, account_id=top, joined_at=at) for top, at in since.items()]
    )
    return {member.account_id: member for member in members}


def top_of(order: Order) -> int:
    return (order.site.root or order.site).account.pk


def earned_by(members: dict[int, Member], order: Order) -> Earned:
    purchase, member = order.purchase, members[top_of(order)]
    points = member.program.points_for(purchase.total)
    kept = purchase.total - (order.back.row.total if order.back else 0)
    return Earned(order, member, points, back=points - member.program.points_for(kept))


def post_all(world: World, earned: Earned) -> None:
    purchase, left = earned.order.purchase, earned.points
    issued = (Book.ISSUED, Book.PENDING)
    earned.post(Kind.EARN, issued, left, purchase.ordered_at, f"earn:{purchase.pk}")
    if earned.order.back and earned.back and take_back(world, earned).from_book == Book.PENDING:
        left -= earned.back
    if left and earned.is_confirmed(world.now):
        spendable = (Book.PENDING, Book.ACTIVE)
        earned.post(Kind.CONFIRM, spendable, left, earned.confirmed_at, f"confirm:{earned.lot_id}")


def take_back(world: World, earned: Earned) -> Transfer:
    """What came back before the points were confirmed is taken from those that are pending."""
    assert earned.order.back
    row = earned.order.back.row
    confirmed = earned.is_confirmed(world.now) and earned.confirmed_at < row.returned_at
    books = (Book.ACTIVE if confirmed else Book.PENDING, Book.ISSUED)
    transfer = earned.post(Kind.REFUND, books, earned.back, row.returned_at, f"return:{row.pk}")
    transfer.return_of = row
    return transfer


def lot_of(world: World, earned: Earned) -> Lot:
    confirmed_at = earned.confirmed_at if earned.is_confirmed(world.now) else None
    program = earned.member.program
    return Lot(
        pk=earned.lot_id,
        member=earned.member,
        grant=earned.transfers[Kind.EARN],
        purchase=earned.order.purchase,
        rate=program.points_per_unit,
        amount=earned.points,
        remaining=earned.points,
        available_at=earned.available_at,
        confirmed_at=confirmed_at,
        expires_at=program.expiry(confirmed_at) if confirmed_at else None,
    )


def note_points(world: World, earned: Earned) -> None:
    """The timeline rows that the ledger writes."""
    note_pending(world, earned)
    if refund := earned.transfers.get(Kind.REFUND):
        note_taken_back(world, earned, refund)
    if confirmed := earned.transfers.get(Kind.CONFIRM):
        note_confirmed(world, earned, confirmed)


def note_pending(world: World, earned: Earned) -> None:
    purchase = earned.order.purchase
    until = purchase.ordered_at + earned.member.program.hold_days * DAY
    world.note(
        purchase.account,
        "loyalty.points_pending",
        purchase.ordered_at,
        contact_id=purchase.contact_id,
        data={"order": purchase.number, "points": earned.points, "until": until.isoformat()},
        key=f"points-pending:{earned.lot_id}",
        link=purchase.get_absolute_url(),
    )


def note_taken_back(world: World, earned: Earned, refund: Transfer) -> None:
    purchase = earned.order.purchase
    assert refund.return_of
    world.note(
        purchase.account,
        "loyalty.points_taken_back",
        refund.at,
        contact_id=purchase.contact_id,
        data={"order": purchase.number, "points": refund.amount, "return": refund.return_of.number},
        key=f"points-taken-back:{refund.return_of_id}",
        link=purchase.get_absolute_url(),
    )


def note_confirmed(world: World, earned: Earned, confirmed: Transfer) -> None:
    purchase = earned.order.purchase
    world.note(
        purchase.account,
        "loyalty.points_confirmed",
        confirmed.at,
        data={"order": purchase.number, "points": confirmed.amount},
        key=f"points-confirmed:{confirmed.pk}",
        link=purchase.get_absolute_url(),
    )
