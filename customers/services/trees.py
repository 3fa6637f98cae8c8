"""What hangs together in the tree of accounts."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from customers.models import Account, Contact


def same_tree(one: int, other: int) -> bool:
    """Whether two accounts share their topmost account."""
    if one == other:
        return True
    return (
        Account.objects.filter(downward__descendant_id=one, parent=None)
        .filter(downward__descendant_id=other)
        .exists()
    )


def check_is_theirs(contact: Contact | None, account: Account) -> None:
    """Raise ValidationError for somebody of another customer."""
    if contact and not same_tree(contact.account_id, account.pk):
        raise ValidationError({"contact": _("%(name)s belongs to another customer.") % {"name": contact}})
