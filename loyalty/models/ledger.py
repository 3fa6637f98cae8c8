"""The points ledger: transfers between books, and the lots that say how old a point is.

Nothing here is ever changed: a mistake is corrected by the opposite transfer. Members' balances and lots'
remainders are sums kept by the database itself, in the statement that inserts what they are sums of.
"""

from __future__ import annotations

from typing import ClassVar, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.immutable import immutable
from crm.core.models import User
from customers.models import Account, Purchase, Return
from customers.models.visibility import CustomerQuerySet
from loyalty.models.programs import Program


class Book(models.TextChoices):
    """Where points can be: a member has one of each of the first four, the program one of the others."""

    PENDING = "pending", _("pending")
    ACTIVE = "active", _("to spend")
    RESERVED = "reserved", _("set aside")
    DEBT = "debt", _("owed")
    ISSUED = "issued", _("issued")
    REDEEMED = "redeemed", _("redeemed")
    BREAKAGE = "breakage", _("expired")
    ADJUSTMENT = "adjustment", _("adjusted")


MEMBER_BOOKS = (Book.PENDING, Book.ACTIVE, Book.RESERVED, Book.DEBT)


class MemberQuerySet(CustomerQuerySet["Member"]):
    account_path: ClassVar[str] = "account"

    def visible_to(self, user: User) -> Self:
        """Members whose customer is still there, of those the person answers for."""
        return super().visible_to(user).filter(Exists(Account.objects.filter(pk=OuterRef("account_id"))))

    def totals(self) -> dict[str, int]:
        """Points by book over these members."""
        sums = self.aggregate(**{book.value: Sum(book.value, default=0) for book in MEMBER_BOOKS})
        return {**sums, "outstanding": sums[Book.ACTIVE] + sums[Book.RESERVED]}


class Member(models.Model):
    """A customer in a program: the top account of a tree, for which all accounts below it earn.

    Its row is what every change of its points locks first. The balances are kept by a trigger on transfers;
    `debt` counts points owed, which is why it is the negative of its book.
    """

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="members")
    # the ledger outlives a customer that an import brought and that was taken back with it
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="memberships", db_constraint=False
    )
    pending = models.BigIntegerField(default=0, editable=False)
    active = models.BigIntegerField(default=0, editable=False)
    reserved = models.BigIntegerField(default=0, editable=False)
    debt = models.BigIntegerField(default=0, editable=False)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = MemberQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["program", "account"], name="member_once"),
            models.CheckConstraint(
                condition=Q(pending__gte=0, active__gte=0, reserved__gte=0, debt__gte=0),
                name="member_balances_not_negative",
            ),
        ]
        indexes = [models.Index(fields=["-active", "-id"], name="member_by_balance")]

    def __str__(self) -> str:
        return f"{self.account_id} in {self.program_id}"

    def get_absolute_url(self) -> str:
        return reverse("loyalty:member", args=[self.pk])


KEEP_BALANCES = """
    UPDATE loyalty_member m SET
        pending = m.pending + moved.pending, active = m.active + moved.active,
        reserved = m.reserved + moved.reserved, debt = m.debt - moved.debt
    FROM (
        SELECT member_id,
            sum(amount) FILTER (WHERE book = 'pending') AS pending,
            sum(amount) FILTER (WHERE book = 'active') AS active,
            sum(amount) FILTER (WHERE book = 'reserved') AS reserved,
            sum(amount) FILTER (WHERE book = 'debt') AS debt
        FROM (
            SELECT member_id, to_book AS book, amount FROM added
            UNION ALL
            SELECT member_id, from_book, -amount FROM added
        ) sides GROUP BY member_id
    ) sums,
    LATERAL (SELECT coalesce(sums.pending, 0) AS pending, coalesce(sums.active, 0) AS active,
                    coalesce(sums.reserved, 0) AS reserved, coalesce(sums.debt, 0) AS debt) moved
    WHERE m.id = sums.member_id;
    RETURN NULL;
"""


class TransferQuerySet(CustomerQuerySet["Transfer"]):
    account_path: ClassVar[str] = "member__account"

    def of_posting(self, *, program: Program, key: str) -> Self:
        """The legs of what was posted under an idempotency key."""
        return self.filter(program=program, key=key).order_by("leg")


class Transfer(models.Model):
    """Points moved from one book to another, all of one member or between it and the program."""

    class Kind(models.TextChoices):
        EARN = "earn", _("Earned")
        CONFIRM = "confirm", _("Confirmed")
        SPEND = "spend", _("Set aside")
        FULFIL = "fulfil", _("Redeemed")
        CANCEL = "cancel", _("Given back")
        REFUND = "refund", _("Taken back")
        EXPIRE = "expire", _("Expired")
        ADJUST = "adjust", _("Adjusted")
        REPAY = "repay", _("Debt repaid")
        RESTORE = "restore", _("Given again")
        OPEN = "open", _("Brought along")

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+", db_index=False)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="transfers", db_index=False)
    from_book = models.CharField(max_length=12)
    to_book = models.CharField(max_length=12)
    amount = models.BigIntegerField()
    kind = models.CharField(max_length=12)
    key = models.CharField(max_length=120)
    leg = models.PositiveSmallIntegerField(default=0)
    at = models.DateTimeField(default=timezone.now)
    # orders and returns go when their import is taken back; what was posted for them stays
    purchase = models.ForeignKey(
        Purchase, null=True, on_delete=models.PROTECT, related_name="transfers", db_constraint=False
    )
    return_of = models.ForeignKey(
        Return,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    reason = models.CharField(max_length=300, blank=True)

    objects = TransferQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["program", "key", "leg"], name="transfer_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="transfer_amount_positive"),
            models.CheckConstraint(condition=~Q(from_book=F("to_book")), name="transfer_between_books"),
            models.CheckConstraint(
                condition=Q(from_book__in=Book.values, to_book__in=Book.values)
                & (Q(from_book__in=MEMBER_BOOKS) | Q(to_book__in=MEMBER_BOOKS)),
                name="transfer_books_known",
            ),
            models.CheckConstraint(condition=~Q(kind="adjust", reason=""), name="transfer_adjust_has_reason"),
        ]
        indexes = [models.Index(fields=["member", "-id"], name="transfer_by_member")]
        triggers = [
            immutable("transfer"),
            pgtrigger.Trigger(
                name="transfer_keeps_balances",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="added"),
                func=KEEP_BALANCES,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} from {self.from_book} to {self.to_book}"

    @property
    def effect(self) -> int:
        """What it did to the points that can be spent."""
        return self.amount * ((self.to_book == Book.ACTIVE) - (self.from_book == Book.ACTIVE))


class LotQuerySet(CustomerQuerySet["Lot"]):
    account_path: ClassVar[str] = "member__account"

    def spendable(self) -> Self:
        """In the order in which points are spent: what expires first goes first."""
        return self.filter(confirmed_at__isnull=False, remaining__gt=0).order_by(
            F("expires_at").asc(nulls_last=True), "id"
        )

    def pending(self) -> Self:
        return self.filter(confirmed_at=None, remaining__gt=0)


class Lot(models.Model):
    """Points given at once, with the day they can be spent and the day they expire.

    They are pending until `confirmed_at`. `remaining` = amount − Σ allocations, kept by a trigger. `rate` is
    points per currency unit on the day a purchase earned them; adjustments have neither purchase nor rate.
    """

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="lots", db_index=False)
    grant = models.OneToOneField(Transfer, on_delete=models.PROTECT, related_name="lot")
    purchase = models.OneToOneField(
        Purchase, null=True, on_delete=models.PROTECT, related_name="lot", db_constraint=False
    )
    rate = models.DecimalField(max_digits=8, decimal_places=4, null=True)
    amount = models.BigIntegerField()
    remaining = models.BigIntegerField()
    available_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    objects = LotQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="lot_amount_positive"),
            models.CheckConstraint(
                condition=Q(remaining__gte=0, remaining__lte=F("amount")), name="lot_remaining_in_range"
            ),
        ]
        indexes = [
            models.Index(F("member"), F("expires_at").asc(nulls_last=True), F("id"), name="lot_by_expiry"),
            models.Index(
                fields=["available_at", "id"],
                name="lot_pending",
                condition=Q(confirmed_at=None, remaining__gt=0),
            ),
            models.Index(
                fields=["expires_at", "id"],
                name="lot_expiring",
                condition=Q(confirmed_at__isnull=False, expires_at__isnull=False, remaining__gt=0),
            ),
        ]
        triggers = [
            immutable("lot", allow_update_of=("remaining", "available_at", "confirmed_at", "expires_at"))
        ]

    def __str__(self) -> str:
        return f"{self.remaining} of {self.amount} points"


KEEP_REMAINDERS = """
    UPDATE loyalty_lot l SET remaining = l.remaining - taken.amount
    FROM (SELECT lot_id, sum(amount) AS amount FROM added GROUP BY lot_id) taken
    WHERE l.id = taken.lot_id;
    RETURN NULL;
"""


class Allocation(models.Model):
    """Which lot a transfer took its points from; negative where it put them back."""

    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="allocations")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="allocations")
    amount = models.BigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="allocation_not_nothing")]
        triggers = [
            immutable("allocation"),
            pgtrigger.Trigger(
                name="allocation_keeps_remainders",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="added"),
                func=KEEP_REMAINDERS,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} of lot {self.lot_id}"
