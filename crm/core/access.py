"""Who may do what: one table of permissions, and the declaration every URL carries.

A view says who may call it with a decorator; `AccessMiddleware` enforces it, a test walks all URLs and fails
on one that says nothing. Whose rows a person sees is another question, for `objects.visible_to(user)`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from django.http import HttpRequest

from crm.core.models import Role

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from crm.core.models import User

EVERYONE = frozenset(Role.values)
ADMIN = frozenset({Role.ADMIN.value})
RUNS_PROGRAMS = ADMIN | {Role.MARKETER.value}
OWNS_CUSTOMERS = ADMIN | {Role.ACCOUNT_MANAGER.value}
TALKS_TO_CUSTOMERS = OWNS_CUSTOMERS | {Role.SERVICE_REP.value}

PERMISSIONS: dict[str, frozenset[str]] = {
    "customers.read": EVERYONE,
    "accounts.write": OWNS_CUSTOMERS,
    "contacts.write": TALKS_TO_CUSTOMERS,
    "purchases.write": OWNS_CUSTOMERS,
    "interactions.write": TALKS_TO_CUSTOMERS,
    "tasks.write": EVERYONE,
    "products.write": ADMIN,
    "imports.run": ADMIN,
    "costs.view": RUNS_PROGRAMS,
    "programs.read": EVERYONE,
    "programs.run": RUNS_PROGRAMS,
    "messages.read": EVERYONE,
    "messages.write": EVERYONE,
    "jobs.read": EVERYONE,
    "exports.run": EVERYONE,
    "profile.write": EVERYONE,
    "tokens.write": EVERYONE,
    "settings.write": ADMIN,
    "people.write": ADMIN,
    "operations.read": ADMIN,
    "audit.read": ADMIN,
    "privacy.write": ADMIN,
}


def may(user: User | Any, permission: str) -> bool:
    """Whether a signed-in staff member's role holds the permission."""
    return bool(user.is_authenticated and user.is_active and user.role in PERMISSIONS[permission])


class StaffRequest(HttpRequest):
    """What a view marked with @staff is given: somebody has signed in."""

    user: User
    htmx: HtmxDetails


@dataclass(frozen=True)
class Access:
    """What a URL demands: nobody in particular, a customer's signed link, staff, or an API token."""

    kind: Literal["public", "link", "staff", "token"]
    permission: str | None = None


View = TypeVar("View", bound=Callable[..., Any])


def declare(access: Access) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.access = access  # type: ignore[attr-defined]
        return view

    return mark


def public(view: View) -> View:
    """Anybody may call this view."""
    return declare(Access("public"))(view)


def by_link(view: View) -> View:
    """Customers reach this view by a signed or hashed token in the URL; the view checks it."""
    return declare(Access("link"))(view)


def staff(permission: str) -> Callable[[View], View]:
    """Signed-in staff whose role holds `permission`; others are sent to sign in, or get a 403."""
    if permission not in PERMISSIONS:
        raise KeyError(f"No such permission: {permission}")
    return declare(Access("staff", permission))


def access_of(view: Any) -> Access | None:
    """The declaration of a view function, or of the class behind it."""
    found = getattr(view, "access", None) or getattr(getattr(view, "view_class", None), "access", None)
    return found or getattr(getattr(view, "cls", None), "access", None)
