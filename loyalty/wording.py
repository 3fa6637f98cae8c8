"""Points in words: how many, and what a transfer did and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.core.registry import Tone
from loyalty.models import Book, Transfer


def points(count: int) -> str:
    """ "1,840 points", "1 point"."""
    number = number_format(count, use_l10n=True, force_grouping=True)
    return ngettext("%(number)s point", "%(number)s points", count) % {"number": number}


@dataclass(frozen=True)
class Line:
    """A transfer on a statement: what happened, why, and what could be spent afterwards."""

    transfer: Transfer
    what: str
    why: str
    url: str
    tone: Tone
    balance: int


def what(transfer: Transfer) -> str:
    count = points(transfer.amount)
    if transfer.from_book == Book.DEBT:
        return _("%(points)s owed") % {"points": count}
    phrases: dict[str, str] = {
        Transfer.Kind.EARN: _("%(points)s earned, pending"),
        Transfer.Kind.CONFIRM: _("%(points)s can be spent"),
        Transfer.Kind.SPEND: _("%(points)s set aside for a reward"),
        Transfer.Kind.FULFIL: _("%(points)s redeemed"),
        Transfer.Kind.CANCEL: _("%(points)s given back"),
        Transfer.Kind.REFUND: _("%(points)s taken back"),
        Transfer.Kind.EXPIRE: _("%(points)s expired"),
        Transfer.Kind.ADJUST: _("%(points)s added by hand")
        if transfer.to_book == Book.ACTIVE
        else _("%(points)s taken by hand"),
        Transfer.Kind.REPAY: _("%(points)s used to pay what was owed"),
        Transfer.Kind.RESTORE: _("%(points)s given again"),
        Transfer.Kind.OPEN: _("%(points)s brought along"),
    }
    return phrases[transfer.kind] % {"points": count}


WHYS: dict[str, Callable[[Transfer], str]] = {
    Transfer.Kind.EARN: lambda transfer: _("Order #%(order)s") % {"order": order_of(transfer)},
    Transfer.Kind.CONFIRM: lambda transfer: (
        _("The return window of order #%(order)s is over") % {"order": order_of(transfer)}
    ),
    Transfer.Kind.SPEND: lambda transfer: _("Waiting to be handed over"),
    Transfer.Kind.FULFIL: lambda transfer: _("The reward was handed over"),
    Transfer.Kind.CANCEL: lambda transfer: _("The reward was cancelled"),
    Transfer.Kind.REFUND: lambda transfer: refund(transfer),
    Transfer.Kind.EXPIRE: lambda transfer: _("Not spent in time"),
    Transfer.Kind.ADJUST: lambda transfer: adjustment(transfer),
    Transfer.Kind.REPAY: lambda transfer: _("Points already spent had been returned with their goods"),
    Transfer.Kind.RESTORE: lambda transfer: _("The order or what is left of it is back"),
    Transfer.Kind.OPEN: lambda transfer: _("The balance of another system"),
}


def why(transfer: Transfer) -> str:
    return WHYS[transfer.kind](transfer)


def source(transfer: Transfer) -> str:
    """The page of the order that a transfer is about; empty where it is only where the points came from."""
    about_order = transfer.kind in (Transfer.Kind.EARN, Transfer.Kind.CONFIRM, Transfer.Kind.REFUND)
    return transfer.purchase.get_absolute_url() if transfer.purchase and about_order else ""


def order_of(transfer: Transfer) -> str:
    """Its number; of one that was taken back with its import only the id is known."""
    return transfer.purchase.number if transfer.purchase else str(transfer.purchase_id or "")


def refund(transfer: Transfer) -> str:
    if transfer.purchase_id is None:
        return _("The import that had brought them was taken back")
    if transfer.return_of is None:
        return _("The import that had brought the order was taken back")
    return _("Return %(return)s of order #%(order)s") % {
        "return": transfer.return_of.number,
        "order": order_of(transfer),
    }


def adjustment(transfer: Transfer) -> str:
    who = transfer.actor.name if transfer.actor else _("Somebody")
    return _("%(who)s: %(reason)s") % {"who": who, "reason": transfer.reason}


def tone(transfer: Transfer) -> Tone:
    if transfer.effect == 0:
        return "look" if transfer.from_book == Book.DEBT else "plain"
    return "good" if transfer.effect > 0 else "plain"
