"""Reasons to leave any flow, asked set-based before every step."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.core.registry import Exit
from customers.flows.models import Enrolment


def of_archived_accounts(ids: Collection[int]) -> set[int]:
    return set(
        Enrolment.objects.filter(pk__in=ids, account__archived_at__isnull=False).values_list("pk", flat=True)
    )


def of_gone_people(ids: Collection[int]) -> set[int]:
    """Whose person was archived, or erased on request."""
    gone = Q(contact__archived_at__isnull=False) | Q(contact__erased_at__isnull=False)
    return set(Enrolment.objects.filter(gone, pk__in=ids).values_list("pk", flat=True))


EXITS = [
    Exit(
        name="customers.account_archived", label=_("the account was archived"), reached=of_archived_accounts
    ),
    Exit(
        name="customers.person_gone", label=_("the person is not with them any more"), reached=of_gone_people
    ),
]
