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
    """Keep an interaction, its people, its timeline row and its follow-up task. Raises ValidationError."""
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
    note_interaction(interaction, list(dict.fromkeys(contacts)), follow_up)
    return interaction


def note_interaction(interaction: Interaction, people: Sequence[Contact], follow_up: FollowUp | None) -> None:
    """With whom it was, on the timeline, what is to be done next, and to whoever listens."""
    InteractionContact.objects.bulk_create(
        [InteractionContact(interaction=interaction, contact=contact) for contact in people]
    )
    put_on_timeline(interaction, people)
    if follow_up:
        plan_follow_up(interaction, people, follow_up)
    summaries.refresh([interaction.account_id])
    publish(InteractionLogged(interaction_id=interaction.pk, account_id=interaction.account_id))


def put_on_timeline(interaction: Interaction, people: Sequence[Contact]) -> None:
    timeline.record(
        account_id=interaction.account_id,
        contact_id=people[0].pk if people else None,
        kind="customers.interaction",
        at=interaction.at,
        actor=interaction.author,
        data={
            "interaction": interaction.pk,
            "channel": interaction.channel,
            "mood": interaction.mood,
            "minutes": interaction.minutes,
            "people": len(people),
            "need": interaction.need_line.name if interaction.need_line else "",
        },
        words=interaction.body,
        key=f"interaction:{interaction.pk}",
    )


def plan_follow_up(interaction: Interaction, people: Sequence[Contact], follow_up: FollowUp) -> None:
    create_task(
        account=interaction.account,
        contact=people[0] if people else None,
        title=follow_up.title,
        due_at=follow_up.due_at,
        owner=follow_up.owner or interaction.author,
        kind=TaskKind.FOLLOW_UP,
        why=interaction.body[:300],
        source_key=f"follow-up:{interaction.pk}",
    )


def check_interaction(
    *, account: Account, channel: str, body: str, contacts: Sequence[Contact], at: dt.datetime
) -> None:
    """Raise ValidationError for an unknown channel, no words, a date in the future, or another's contact."""
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
