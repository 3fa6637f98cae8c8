"""What hangs together in the tree of accounts."""

from __future__ import annotations

from customers.models import Account


def same_tree(one: int, other: int) -> bool:
    """Whether two accounts share their topmost account."""
    if one == other:
        return True
    return (
        Account.objects.filter(downward__descendant_id=one, parent=None)
        .filter(downward__descendant_id=other)
        .exists()
    )
