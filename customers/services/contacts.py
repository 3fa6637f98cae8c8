"""People: made and changed. Consent is `customers.outreach`'s business."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.core.models import User
from customers.models import Account, Contact
from customers.services import timeline


@transaction.atomic
def create_contact(*, account: Account, actor: User | None = None, **fields: Any) -> Contact:
    """Add a person to an account. Raises ValidationError."""
    contact = Contact(account=account, **fields)
    contact.email = contact.email.strip().lower()
    contact.full_clean()
    contact.save()
    timeline.record(account_id=account.pk, contact_id=contact.pk, kind="customers.contact_added", actor=actor)
    return contact


@transaction.atomic
def update_contact(*, contact: Contact, actor: User | None = None, **fields: Any) -> Contact:
    """Change a person's fields. Raises ValidationError, also for somebody who was erased meanwhile."""
    if Contact.objects.select_for_update(no_key=True).get(pk=contact.pk).erased_at:
        raise ValidationError(_("Every word about this person was erased, for good."))
    for name, value in fields.items():
        setattr(contact, name, value)
    contact.email = contact.email.strip().lower()
    contact.full_clean()
    contact.save(update_fields=[*fields, "email", "updated_at"])
    return contact


@transaction.atomic
def archive_contact(*, contact: Contact, actor: User) -> Contact:
    """Take a person out of daily lists and mails; their history stays."""
    contact.archived_at = timezone.now()
    contact.save(update_fields=["archived_at", "updated_at"])
    return contact


@transaction.atomic
def restore_contact(*, contact: Contact, actor: User) -> Contact:
    contact.archived_at = None
    contact.save(update_fields=["archived_at", "updated_at"])
    return contact
