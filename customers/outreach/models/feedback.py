"""What comes back after sending: bounces, complaints, and the pauses they bring about."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.audit import audited
from crm.core.immutable import immutable
from crm.core.registry import registry
from customers.models.contacts import Contact
from customers.outreach.models.messages import Message


class MailEvent(models.Model):
    """One thing that a provider or a mail server told us about a mail. Told again, it is the same row."""

    class Kind(models.TextChoices):
        DELIVERED = "delivered", _("delivered")
        HARD = "hard", _("bounced for good")
        SOFT = "soft", _("bounced for now")
        REJECTED = "rejected", _("not passed on by the provider")
        COMPLAINED = "complained", _("called spam")
        UNSUBSCRIBED = "unsubscribed", _("unsubscribed")

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="mail_events")
    message = models.ForeignKey(Message, null=True, on_delete=models.CASCADE, related_name="mail_events")
    address = models.EmailField(max_length=254)
    kind = models.CharField(max_length=12, choices=Kind)
    provider = models.CharField(max_length=20)
    event_id = models.CharField(max_length=200)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    detail = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "event_id"], name="mail_event_once")]
        indexes = [
            models.Index(fields=["address", "at"], name="mail_event_soft", condition=Q(kind="soft")),
            models.Index(fields=["-at"], name="mail_event_newest"),
        ]
        triggers = [immutable("mail_event")]

    def __str__(self) -> str:
        return f"{self.kind} by {self.provider}"


class SendingPauseQuerySet(models.QuerySet["SendingPause"]):
    def in_force(self) -> Self:
        return self.filter(ended_at=None)


@audited()
class SendingPause(models.Model):
    """A time in which messages of one kind, or all, wait. It is kept: complaints count from its end on."""

    EVERYTHING = ""

    class Why(models.TextChoices):
        MANUAL = "manual", _("Paused by us")
        COMPLAINTS = "complaints", _("Too many people called it spam")

    kind = models.CharField(max_length=40, blank=True)
    why = models.CharField(max_length=12, choices=Why, default=Why.MANUAL)
    note = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = SendingPauseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind"], condition=Q(ended_at=None), name="sending_pause_once_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"Pause of {self.kind or 'everything'}"

    @property
    def kind_label(self) -> str:
        kind = registry.message_kinds.get(self.kind)
        return str(kind.label) if kind else self.kind or str(_("All mail"))
