"""What a person allows: yes and no per topic with proof, pauses, and addresses that get nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from crm.core.models import User
from customers.models.contacts import Contact
from customers.outreach.models import ConsentRecord, ContactTouch, Message, Subscription, Suppression, Topic


@transaction.atomic
def record_consent(
    *, contact: Contact, topic: str, granted: bool, source: str, proof: str = "", actor: User | None = None
) -> Subscription:
    """Write down a yes or no and make it what holds from now on; saying the same again changes nothing."""
    lock(contact)
    standing = Subscription.objects.filter(contact=contact, topic_id=topic).first()
    if standing and standing.granted == granted:
        return standing
    record = ConsentRecord.objects.create(
        contact=contact, topic_id=topic, granted=granted, source=source, proof=proof[:300], actor=actor
    )
    return Subscription.objects.update_or_create(
        contact=contact,
        topic_id=topic,
        defaults={"granted": granted, "since": record.at, "record": record},
    )[0]


def lock(contact: Contact) -> ContactTouch:
    """The contact's touch row, locked: claims and changes of mind about one person go one after another."""
    return ContactTouch.objects.select_for_update(no_key=True).get(contact=contact)


@transaction.atomic
def pause_contact(*, contact: Contact, days: int) -> ContactTouch:
    """Send nothing but what serves them for `days` from now; 0 ends the pause."""
    touch = lock(contact)
    touch.paused_until = timezone.now() + dt.timedelta(days=days) if days else None
    touch.save(update_fields=["paused_until"])
    return touch


def suppress(*, address: str, reason: str, note: str = "") -> Suppression:
    """Never write to this address again. A first reason is kept, except that people's own "no mail at all",
    which they can take back, gives way to the others."""
    found, is_new = Suppression.objects.get_or_create(
        address=address.strip().lower(), defaults={"reason": reason, "note": note[:300]}
    )
    if not is_new and found.reason == Suppression.Reason.UNSUBSCRIBED != reason:
        found.reason, found.note = reason, note[:300]
        found.save(update_fields=["reason", "note"])
    return found


def unsuppress(*, address: str, reason: str) -> bool:
    """Lift a block that was put on for `reason`; blocks for other reasons stay."""
    return bool(Suppression.objects.filter(address=address.strip().lower(), reason=reason).delete()[0])


@transaction.atomic
def unsubscribe(*, message: Message, source: str) -> None:
    """End the topic that a mail was about, from that mail's own link. Service mail has no such link."""
    if message.topic.basis != Topic.Basis.SERVICE:
        record_consent(
            contact=message.contact,
            topic=message.topic_id,
            granted=False,
            source=source,
            proof=f"message {message.pk}",
        )


@transaction.atomic
def save_preferences(
    *, contact: Contact, topics: Mapping[str, bool], language: str, pause_days: int | None
) -> None:
    """What a person chose on their preference page; `pause_days` None leaves a pause as it is, 0 ends it.

    A topic that they keep or switch on lifts their own "no mail at all".
    """
    standing = standing_of(contact)
    for slug, granted in topics.items():
        if standing[slug] != granted:
            record_consent(contact=contact, topic=slug, granted=granted, source="preferences")
    if any(topics.values()):
        unsuppress(address=contact.email, reason=Suppression.Reason.UNSUBSCRIBED)
    if pause_days is not None:
        pause_contact(contact=contact, days=pause_days)
    if contact.language != language:
        contact.language = language
        contact.save(update_fields=["language", "updated_at"])


@transaction.atomic
def turn_off_everything(*, contact: Contact) -> None:
    """A no to every topic, and to everything else that may come to this address."""
    for topic in Topic.objects.exclude(basis=Topic.Basis.SERVICE):
        record_consent(contact=contact, topic=topic.slug, granted=False, source="preferences")
    suppress(address=contact.email, reason=Suppression.Reason.UNSUBSCRIBED)


def standing_of(contact: Contact) -> dict[str, bool]:
    """Whether each topic is on for a contact now, by what they said or else by the topic's basis."""
    said = dict(contact.subscriptions.values_list("topic_id", "granted"))
    return {
        topic.slug: said.get(topic.slug, topic.basis != Topic.Basis.OPT_IN)
        for topic in Topic.objects.exclude(basis=Topic.Basis.SERVICE)
    }
