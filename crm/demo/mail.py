"""The messages of the last years: what went out, what was refused, and the little that is still to come."""

from __future__ import annotations

import datetime as dt

from crm.core.registry import registry
from crm.demo.world import MINUTE, World
from customers.models import Contact, Message, Subscription, Suppression
from customers.outreach.liquid import render
from customers.outreach.models import Content, ContentVersion, Touch
from customers.outreach.reasons import Reason
from customers.outreach.rendering import one_line, values_of
from customers.outreach.services.planning import message_id


class Post:
    """Writes messages as the sender would have left them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.contents = {content.slug: content for content in Content.objects.all()}
        versions = ContentVersion.objects.order_by("number")
        self.versions = {version.content_id: version for version in versions}
        self.no = set(Subscription.objects.filter(granted=False).values_list("contact_id", "topic_id"))
        self.blocked = set(Suppression.objects.values_list("address", flat=True))

    def write(
        self,
        *,
        kind: str,
        contact: Contact,
        account_id: int,
        reference: int,
        key: str,
        content: str,
        due_at: dt.datetime,
        planned_at: dt.datetime,
    ) -> Message:
        """A message that was due then: sent, refused, or planned when its time is still to come."""
        message = Message(
            kind=kind,
            contact=contact,
            account_id=account_id,
            topic_id=registry.message_kinds[kind].topic,
            content=self.contents[content],
            reference=reference,
            key=key,
            due_at=due_at,
            created_at=planned_at,
            message_id=message_id(key),
        )
        if due_at <= self.world.now:
            self.settle(message)
        self.world.messages.append(message)
        return message

    def settle(self, message: Message) -> None:
        if message.contact.email in self.blocked:
            message.state, message.reason = Message.State.REFUSED, Reason.SUPPRESSED
        elif (message.contact_id, message.topic_id) in self.no:
            message.state, message.reason = Message.State.REFUSED, Reason.NO_CONSENT
        else:
            message.state, message.attempts = Message.State.SENT, 1
            message.sent_at = min(message.due_at + self.world.rng.uniform(0, 2) * MINUTE, self.world.now)
            message.address = message.contact.email
            message.version = self.versions[message.content_id]


def post(world: World) -> None:
    """Write all messages by date, book what was sent, and put their subjects in."""
    world.messages.sort(key=lambda message: message.sent_at or message.due_at)
    Message.objects.bulk_create(world.messages)
    sent = [message for message in world.messages if message.sent_at]
    Touch.objects.bulk_create(
        [
            Touch(contact=message.contact, message=message, kind=message.kind, at=message.sent_at)
            for message in sent
        ]
    )
    add_subjects(world)


def add_subjects(world: World) -> None:
    """Render the subjects from the rows that the messages are about."""
    messages = list(Message.objects.filter(state=Message.State.SENT).for_sending())
    values = values_of(messages, world.company)
    for message in messages:
        assert message.version
        subject = render(message.version.subject, values[message.pk], autoescape=False)
        message.subject = one_line(subject)[:300]
    Message.objects.bulk_update(messages, ["subject"], batch_size=500)
