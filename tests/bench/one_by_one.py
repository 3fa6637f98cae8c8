"""How mail is sent without all of it: one Celery task a mail, with rows as objects and Django's own mail."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.utils import timezone

from crm.core.models import Company
from customers.models import Message
from customers.outreach.letters import Letter
from customers.outreach.liquid import parsed
from customers.outreach.models import ContentVersion
from customers.outreach.rendering import values_of

TASK = "tests.bench.one_by_one.send_plainly"
LEASE = "00000000-0000-0000-0000-000000000001"


@shared_task(name=TASK)
def send_plainly(pk: int) -> None:
    with transaction.atomic():
        message = Message.objects.for_sending().select_for_update(of=("self",)).get(pk=pk)
        version = message.version = message.content.versions.latest("number")
        message.address = message.contact.email
        message.state, message.lease = Message.State.SENDING, LEASE
        message.save()
    message.subject = send(message, version)
    message.state, message.lease, message.sent_at = Message.State.SENT, None, timezone.now()
    message.save()


def send(message: Message, version: ContentVersion) -> str:
    """Render and send it over a connection of its own; answers the subject."""
    values = values_of([Letter.of(message)], Company.load())[message.pk]
    subject = parsed(version.subject, autoescape=False).render(**values)
    mail = EmailMultiAlternatives(
        subject,
        parsed(version.text, autoescape=False).render(**values),
        settings.DEFAULT_FROM_EMAIL,
        [message.address],
        headers={"Message-ID": message.message_id},
    )
    html = parsed(version.html, autoescape=True).render(**values)
    mail.attach_alternative(html, "text/html")
    mail.send()
    return subject
