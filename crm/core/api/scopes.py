"""What a token may be allowed to do, with the permission its owner's role must hold as well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from crm.core.access import may
from crm.core.models import User

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise


@dataclass(frozen=True)
class Scope:
    label: _StrOrPromise
    permission: str


SCOPES: dict[str, Scope] = {
    "accounts:read": Scope(_("Read accounts"), "customers.read"),
    "accounts:write": Scope(_("Write accounts"), "accounts.write"),
    "contacts:read": Scope(_("Read contacts"), "customers.read"),
    "contacts:write": Scope(_("Write contacts"), "contacts.write"),
    "products:read": Scope(_("Read products"), "customers.read"),
    "products:write": Scope(_("Write products"), "products.write"),
    "purchases:read": Scope(_("Read purchases"), "customers.read"),
    "purchases:write": Scope(_("Record purchases, their status and returns"), "purchases.write"),
    "costs:view": Scope(_("See costs, and set them where it may write"), "costs.view"),
    "interactions:read": Scope(_("Read interactions"), "customers.read"),
    "interactions:write": Scope(_("Log interactions"), "interactions.write"),
    "tasks:read": Scope(_("Read tasks"), "customers.read"),
    "tasks:write": Scope(_("Write tasks"), "tasks.write"),
}


def scopes_open_to(user: User) -> dict[str, Scope]:
    """Scopes this person's role can hand to a token."""
    return {name: scope for name, scope in SCOPES.items() if may(user, scope.permission)}
