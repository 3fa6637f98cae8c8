"""Write down what was said, with whom, and what follows from it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.core.events import publish
from crm.core.models import User
from customers.events import InteractionLogged
from customers.models import Account, Channel, Contact, Interaction, InteractionContact, ProductLine, TaskKind
from customers.services import summaries, timeline
from customers.services.tasks import create_task
from customers.services.trees import same_tree

FUTURE_TOLERANCE = dt.timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class FollowUp:
    """What to do next, by when and by whom (None: the author)."""

    title: str
    due_at: dt.datetime
    owner: User | None = None


@transaction.atomic
def log_interaction(
    *,
    account: Account,
    author: User,
    channel: str,
    body: str,
    contacts: Sequence[Contact] = (),
    at: dt.datetime | None = None,
    minutes: int | None = None,
    outcome: str = "",
    mood: str = "",
    need_line: ProductLine | None = None,
    follow_up: FollowUp | None = None,
) -> Interaction:
    """Keep an interaction, its people, its timeline row and its follow-up task.

    Raises ValidationError for an unknown channel, empty words, a date in the future, or a contact of another
    customer's tree.
    """
    at = at or timezone.now()
    check_interaction(account=account, channel=channel, body=body, contacts=contacts, at=at)
    interaction = Interaction.objects.create(
        account=account,
        author=author,
        channel=channel,
        body=body.strip(),
        at=at,
        minutes=minutes,
        outcome=outcome.strip(),
        mood=mood,
        need_line=need_line,
    )
    InteractionContact.objects.bulk_create(
        [InteractionContact(interaction=interaction, contact=contact) for contact in dict.fromkeys(contacts)]
    )
    timeline.record(
        account_id=account.pk,
        contact_id=contacts[0].pk if contacts else None,
        kind="customers.interaction",
        at=at,
        actor=author,
        data={
            "interaction": interaction.pk,
            "channel": channel,
            "mood": mood,
            "minutes": minutes,
            "people": len(contacts),
            "need": need_line.name if need_line else "",
        },
        words=interaction.body,
        key=f"interaction:{interaction.pk}",
    )
    if follow_up:
        create_task(
            account=account,
            contact=contacts[0] if contacts else None,
            title=follow_up.title,
            due_at=follow_up.due_at,
            owner=follow_up.owner or author,
            kind=TaskKind.FOLLOW_UP,
            why=interaction.body[:300],
            source_key=f"follow-up:{interaction.pk}",
        )
    summaries.refresh([account.pk])
    publish(InteractionLogged(interaction_id=interaction.pk, account_id=account.pk))
    return interaction


def check_interaction(
    *, account: Account, channel: str, body: str, contacts: Sequence[Contact], at: dt.datetime
) -> None:
    if channel not in Channel.values:
        raise ValidationError({"channel": _("Choose how you were in touch.")})
    if not body.strip():
        raise ValidationError({"body": _("Write a word about what happened.")})
    if at > timezone.now() + FUTURE_TOLERANCE:
        raise ValidationError({"at": _("This lies in the future; plan a task instead.")})
    strangers = [person for person in contacts if not same_tree(person.account_id, account.pk)]
    if strangers:
        raise ValidationError(
            {"contacts": _("%(name)s belongs to another customer.") % {"name": strangers[0]}}
        )
