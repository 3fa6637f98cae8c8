"""What the Ctrl+K palette finds among customers: accounts, people, orders."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from crm.core.models import User
from crm.core.registry import Hit, PaletteSource
from customers.models import Account, Contact, Purchase
from customers.recents import Thing

LOOKED_AT = 100  # a common word fits half of all names: the best of the first hundred will do


def account_hit(account: Account) -> Hit:
    return Hit(account.name, account.in_short, account.get_absolute_url(), icon="building")


def contact_hit(contact: Contact) -> Hit:
    detail = " · ".join(filter(None, [contact.account.name, contact.email, contact.phone]))
    return Hit(contact.full_name, detail, contact.get_absolute_url(), icon="user")


def purchase_hit(purchase: Purchase) -> Hit:
    return Hit(f"#{purchase.number}", purchase.account.name, purchase.get_absolute_url(), icon="package")


def hit(thing: Thing) -> Hit:
    """The line for something that was opened before."""
    if isinstance(thing, Account):
        return account_hit(thing)
    return contact_hit(thing) if isinstance(thing, Contact) else purchase_hit(thing)


def best(hits: Iterable[Hit], words: str, limit: int) -> list[Hit]:
    """What begins with the words first, then where a word does, then the shorter names."""
    typed = words.casefold()

    def rank(one: Hit) -> tuple[bool, bool, int, str]:
        label = one.label.casefold()
        return not label.startswith(typed), f" {typed}" not in f" {label}", len(label), label

    return sorted(hits, key=rank)[:limit]


def find_accounts(user: User, words: str, limit: int) -> list[Hit]:
    visible = Account.objects.visible_to(user).active()
    found = list(visible.beginning_with(words)[:LOOKED_AT])
    if len(found) < limit:
        found = list(visible.matching(words)[:LOOKED_AT])
    return best(map(account_hit, found), words, limit)


def find_contacts(user: User, words: str, limit: int) -> list[Hit]:
    visible = Contact.objects.visible_to(user).active().select_related("account")
    return best(map(contact_hit, visible.matching(words)[:LOOKED_AT]), words, limit)


def find_purchases(user: User, words: str, limit: int) -> list[Hit]:
    visible = Purchase.objects.visible_to(user).select_related("account")
    return best(map(purchase_hit, visible.matching(words)[:LOOKED_AT]), words.removeprefix("#"), limit)


PALETTE = [
    PaletteSource(name="accounts", label=_("Customers"), find=find_accounts, order=10),
    PaletteSource(name="contacts", label=_("People"), find=find_contacts, order=20),
    PaletteSource(name="purchases", label=_("Orders"), find=find_purchases, order=30),
]
