from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import Model, QuerySet
from django.utils import timezone

from crm.core.immutable import unlocked
from crm.core.models import OutboxEvent
from customers.models import Contact, Message
from customers.outreach.claiming import claim
from customers.outreach.models import Content, ContentVersion, Topic, Touch
from customers.outreach.services import (
    PlannedMessage,
    cancel_message,
    cancel_messages,
    plan_for_everybody,
    plan_messages,
)
from customers.outreach.windows import step
from tests.factories import create_account, create_contact
from tests.outreach.conftest import Planner, plan

pytestmark = pytest.mark.django_db


def planned(key: str = "a", **changes: object) -> PlannedMessage:
    contact = create_contact()
    message = PlannedMessage(
        kind="note",
        contact_id=contact.pk,
        account_id=contact.account_id,
        reference=7,
        key=key,
        content="note",
    )
    return replace(message, **changes)  # type: ignore[arg-type]


def test_it_works(outreach: Planner) -> None:
    assert plan_messages([planned("a"), planned("b")]) == 2
    message = Message.objects.get(key="a")
    assert (message.state, message.topic_id, message.content.slug) == ("planned", "care", "note")
    assert message.message_id.startswith("<")


def test_the_same_for_everybody(outreach: Planner) -> None:
    contacts = [create_contact(first_name=name) for name in ("Dana", "100% Dan", "Ann")]
    due_at = timezone.now() + dt.timedelta(days=1)

    def plan_for(contacts: QuerySet[Contact]) -> int:
        return plan_for_everybody(
            contacts=contacts, kind="note", content="note", reference=7, key="news:7", due_at=due_at
        )

    assert plan_for(Contact.objects.filter(first_name__contains="Dan").order_by("-pk")) == 2
    assert plan_for(Contact.objects.all()) == 1
    assert plan_for(Contact.objects.filter(first_name="100% Dan")) == 0
    found = Message.objects.order_by("contact").values_list("contact", "account", "key", "due_at", "topic")
    assert list(found) == [
        (contact.pk, contact.account_id, f"news:7:{contact.pk}", due_at, "care") for contact in contacts
    ]
    plan_messages([planned("a"), planned("b")])
    assert len(set(Message.objects.values_list("message_id", flat=True))) == 5
    with pytest.raises(LookupError, match="letter"):
        plan_for_everybody(
            contacts=Contact.objects.all(), kind="note", content="letter", reference=7, key="x"
        )


def test_the_same_key_is_planned_once(outreach: Planner) -> None:
    message = planned("a")
    assert plan_messages([message]) == 1
    assert plan_messages([message, planned("b")]) == 1
    assert Message.objects.count() == 2


def test_nothing_is_announced(outreach: Planner) -> None:
    message = planned()
    before = OutboxEvent.objects.count()
    plan_messages([message])
    assert OutboxEvent.objects.count() == before


def test_unknown_kind_and_content_are_refused(outreach: Planner) -> None:
    with pytest.raises(KeyError):
        plan_messages([planned(kind="nobody's")])
    with pytest.raises(LookupError, match="letter"):
        plan_messages([planned(content="letter")])


def test_thousands_at_once(outreach: Planner) -> None:
    contact = create_contact()
    many = [
        PlannedMessage(
            kind="note",
            contact_id=contact.pk,
            account_id=contact.account_id,
            reference=n,
            key=f"many:{n}",
            content="note",
            due_at=timezone.now(),
        )
        for n in range(2500)
    ]
    assert plan_messages(many) == 2500


def test_cancelling_refuses_what_waits(outreach: Planner) -> None:
    waiting, other = plan(reference=1), plan(reference=2)
    sent = plan(reference=1)
    Message.objects.filter(pk=sent.pk).update(state="sent", sent_at=timezone.now())
    assert cancel_messages(kind="note", references=[1], reason="no longer needed") == 1
    waiting.refresh_from_db()
    other.refresh_from_db()
    assert (waiting.state, waiting.reason, waiting.detail) == ("refused", "cancelled", "no longer needed")
    assert other.state == "planned"
    event = OutboxEvent.objects.filter(name="customers.message_settled").get()
    assert event.payload["message_id"] == waiting.pk


def test_a_claimed_message_is_cancelled_before_it_is_begun(outreach: Planner) -> None:
    first, second = plan(), plan()
    claimed = claim()
    assert Touch.objects.count() == 2

    assert cancel_message(message=first, reason="no longer needed")

    assert [letter.pk for letter in step(claimed, [], take=claimed.message_ids)] == [second.pk]
    first.refresh_from_db()
    assert (first.state, first.reason) == ("refused", "cancelled")
    assert Touch.objects.get().message == second
    assert not cancel_message(message=second, reason="too late")


@pytest.mark.parametrize("field", ["topic_id", "content_id", "version_id", "contact_id", "account_id"])
def test_the_database_knows_what_messages_point_to(outreach: Planner, field: str) -> None:
    plan()
    message = Message.objects.get()
    message.pk, message.key = None, "another"
    setattr(message, field, "nowhere" if field == "topic_id" else 0)
    with pytest.raises(IntegrityError, match="not there"), transaction.atomic():
        message.save()


@pytest.mark.parametrize("model", [Topic, Content, ContentVersion])
def test_what_messages_point_to_cannot_be_deleted(outreach: Planner, model: type[Model]) -> None:
    plan()
    row = model._default_manager.first()
    assert row
    with pytest.raises(DatabaseError, match="Cannot delete"), transaction.atomic():
        model._base_manager.filter(pk=row.pk)._raw_delete("default")


def delete_all_but_messages(row: Model) -> None:
    """As a statement of its own would, with everything else that hangs on it."""
    for relation in row._meta.related_objects:
        if relation.related_model is not Message:
            hanging = relation.related_model._base_manager.filter(**{relation.field.name: row.pk})
            with unlocked():
                hanging._raw_delete("default")
    type(row)._base_manager.filter(pk=row.pk)._raw_delete("default")


@pytest.mark.parametrize("field", ["contact", "account"])
def test_messages_keep_their_customers(outreach: Planner, field: str) -> None:
    message = plan()
    row = create_contact() if field == "contact" else create_account()
    Message.objects.filter(pk=message.pk).update(**{field: row})
    with pytest.raises(IntegrityError, match="messages still point"), transaction.atomic():
        delete_all_but_messages(row)
    with pytest.raises(IntegrityError, match="not there"), transaction.atomic():
        Message.objects.filter(pk=message.pk).update(**{field: 0})


def test_what_is_on_its_way_is_not_cancelled(outreach: Planner) -> None:
    message = plan()
    assert cancel_message(message=message, reason="by hand")
    assert not cancel_message(message=message, reason="again")
