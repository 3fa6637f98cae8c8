"""Accounts: made, changed, put away and taken out again."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.core.models import User
from customers.models import Account
from customers.services import summaries, timeline


@transaction.atomic
def create_account(*, name: str, actor: User | None = None, **fields: Any) -> Account:
    """Make an account, with its summary row and its first timeline row. Raises ValidationError."""
    account = Account(name=name.strip(), **fields)
    account.full_clean()
    save_account(account)
    summaries.refresh([account.pk])
    timeline.record(account_id=account.pk, kind="customers.account_created", actor=actor)
    return account


@transaction.atomic
def update_account(*, account: Account, actor: User | None = None, **fields: Any) -> Account:
    """Change fields of an account. Raises ValidationError, also when it would end up below itself."""
    owner_before = account.owner_id
    for name, value in fields.items():
        setattr(account, name, value)
    account.full_clean()
    save_account(account, update_fields=[*fields, "updated_at"])
    if account.owner_id != owner_before:
        timeline.record(
            account_id=account.pk,
            kind="customers.owner_changed",
            actor=actor,
            data={"owner": account.owner_id},
        )
    return account


def save_account(account: Account, update_fields: Collection[str] | None = None) -> None:
    """Save, turning the database's refusal of a circle into words."""
    try:
        with transaction.atomic():
            account.save(update_fields=update_fields)
    except IntegrityError as error:
        if "account_tree_no_cycle" not in str(error) and "cannot be placed below" not in str(error):
            raise
        raise ValidationError(
            {"parent": _("An account cannot be part of itself or of one below it.")}
        ) from error


@transaction.atomic
def archive_account(*, account: Account, actor: User) -> Account:
    """Take an account out of the daily lists; nothing is lost."""
    return set_archived(account, actor, archived=True)


@transaction.atomic
def restore_account(*, account: Account, actor: User) -> Account:
    return set_archived(account, actor, archived=False)


def set_archived(account: Account, actor: User, *, archived: bool) -> Account:
    account.archived_at = timezone.now() if archived else None
    account.save(update_fields=["archived_at", "updated_at"])
    timeline.record(
        account_id=account.pk,
        kind="customers.account_archived" if archived else "customers.account_restored",
        actor=actor,
    )
    return account
