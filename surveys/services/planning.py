"""Ask the right person some days after a delivery, and not too often."""

from __future__ import annotations

import datetime as dt

from django.db import connection, transaction
from django.db.models import Case, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from customers.models import Contact, ContactRole, Purchase
from customers.outreach.services import (
    PlannedMessage,
    cancel_messages,
    plan_messages,
    reschedule_messages,
)
from surveys.links import hash_token, make_token
from surveys.models import Invitation, Survey

MESSAGE_KIND = "survey_invitation"


@transaction.atomic
def plan_invitations(*, purchase: Purchase) -> list[Invitation]:
    """Plan what every running survey asks about a delivered purchase.

    A second call plans nothing more, but lets what is not sent yet follow a delivery date that was corrected.
    """
    # whoever plans sees the date as it is now, and whoever corrects it later sees what was planned
    purchase = Purchase.objects.select_for_update(no_key=True).get(pk=purchase.pk)
    if purchase.delivered_at is None or purchase.is_history:
        return []
    for invitation in purchase.survey_invitations.filter(state=Invitation.State.PLANNED).order_by("pk"):
        move_invitation(invitation, delivered_at=purchase.delivered_at)
    planned = [plan_invitation(survey=survey, purchase=purchase) for survey in Survey.objects.running()]
    return [invitation for invitation in planned if invitation]


@transaction.atomic
def plan_invitation(*, survey: Survey, purchase: Purchase) -> Invitation | None:
    """One person's invitation and its mail, due `delay_days` after delivery.

    None when nobody can be asked, the person was or will be asked within `one_per_days`, the purchase has its
    invitation already, or the delivery is so long ago that the time to answer would be over.
    """
    contact = who_to_ask(purchase)
    assert purchase.delivered_at is not None
    due_at = purchase.delivered_at + dt.timedelta(days=survey.delay_days)
    if contact is None or is_too_late(survey, due_at):
        return None
    lock_contact(contact.pk)
    asked = Invitation.objects.filter(contact=contact)
    if asked.asked_around(due_at, days=survey.one_per_days).exists():
        return None
    if Invitation.objects.filter(survey=survey, purchase=purchase).exists():
        return None
    return write_invitation(survey=survey, purchase=purchase, contact=contact, due_at=due_at)


def lock_contact(contact_id: int) -> None:
    """One planner per person at a time: two deliveries on one day make one question."""
    Contact.objects.select_for_update(no_key=True).get(pk=contact_id)


def is_too_late(survey: Survey, due_at: dt.datetime) -> bool:
    """Whether the time to answer would be over by now."""
    return due_at + dt.timedelta(days=survey.expires_days) < timezone.now()


def move_invitation(invitation: Invitation, *, delivered_at: dt.datetime) -> None:
    """Let a mail that waits be due as many days after the delivery as it was to be; not asked if too late."""
    survey, due_at = invitation.survey, delivered_at + dt.timedelta(days=invitation.survey.delay_days)
    if due_at == invitation.due_at:
        return
    lock_contact(invitation.contact_id)
    if is_too_late(survey, due_at):
        cancel_messages(kind=MESSAGE_KIND, references=[invitation.pk], reason=_("Delivered long ago."))
    elif reschedule_messages(kind=MESSAGE_KIND, references=[invitation.pk], due_at=due_at):
        Invitation.objects.filter(pk=invitation.pk).update(due_at=due_at)


def who_to_ask(purchase: Purchase) -> Contact | None:
    """Who ordered; else the nearest champion, then user, of the account and those above it."""
    reachable = Contact.objects.reachable()
    if purchase.contact_id and (buyer := reachable.filter(pk=purchase.contact_id).first()):
        return buyer
    champion_first = Case(When(roles__contains=[ContactRole.CHAMPION], then=Value(0)), default=Value(1))
    return (
        reachable.filter(
            account__downward__descendant=purchase.account_id,
            roles__overlap=[ContactRole.CHAMPION, ContactRole.USER],
        )
        .order_by("account__downward__depth", champion_first, "id")
        .first()
    )


def write_invitation(
    *, survey: Survey, purchase: Purchase, contact: Contact, due_at: dt.datetime
) -> Invitation:
    number = next_id()
    invitation = Invitation.objects.create(
        pk=number,
        survey=survey,
        account_id=purchase.account_id,
        contact=contact,
        purchase=purchase,
        token_hash=hash_token(make_token(number)),
        due_at=due_at,
    )
    plan_messages(
        [
            PlannedMessage(
                kind=MESSAGE_KIND,
                contact_id=contact.pk,
                account_id=purchase.account_id,
                reference=invitation.pk,
                key=f"{MESSAGE_KIND}:{invitation.pk}",
                content=survey.content,
                due_at=due_at,
            )
        ]
    )
    return invitation


def next_id() -> int:
    """An invitation's id before its row exists, because its token is made from it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [Invitation._meta.db_table])
        return int(cursor.fetchone()[0])


@transaction.atomic
def settle_invitation(*, invitation_id: int, state: str, reason: str, at: dt.datetime | None) -> None:
    """Follow the fate of an invitation's mail: asked when it went out, or perhaps did; else not asked."""
    locked = Invitation.objects.select_for_update(of=("self",), no_key=True)
    invitation = locked.select_related("survey").filter(pk=invitation_id).first()
    if invitation is None or invitation.sent_at or invitation.state == Invitation.State.CANCELLED:
        return
    if state in ("sent", "unknown"):
        invitation.sent_at = at or timezone.now()
        invitation.expires_at = invitation.sent_at + dt.timedelta(days=invitation.survey.expires_days)
        if invitation.state == Invitation.State.PLANNED:
            invitation.state = Invitation.State.OPEN
    elif invitation.state == Invitation.State.PLANNED:
        invitation.state, invitation.reason = Invitation.State.CANCELLED, reason or state
    invitation.save(update_fields=["state", "reason", "sent_at", "expires_at"])


def expire_invitations() -> int:
    """Close what nobody answered in time. Answers how many."""
    return (
        Invitation.objects.unanswered()
        .filter(expires_at__lt=timezone.now())
        .update(state=Invitation.State.EXPIRED)
    )
