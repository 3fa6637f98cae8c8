"""Programs elsewhere that want to hear what happens here, and what was told to them."""

from __future__ import annotations

import uuid
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.audit import audited
from crm.core.models.users import User


@audited(exclude=("sealed_secret", "failures", "failing_since", "resting_until"))
class WebhookSubscription(models.Model):
    """An address that is told of some events. `failures` counts attempts in a row that went wrong."""

    name = models.CharField(_("what it is for"), max_length=80)
    url = models.URLField(_("address"), max_length=500)
    events = ArrayField(models.CharField(max_length=80), verbose_name=_("events"))
    sealed_secret = models.TextField(editable=False)
    is_active = models.BooleanField(_("switched on"), default=True)
    off_because = models.CharField(_("switched off because"), max_length=300, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("made by"))
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    resting_until = models.DateTimeField(null=True)  # after a failure, so that others need not wait for it

    class Meta:
        verbose_name = _("webhook")

    def __str__(self) -> str:
        return self.name


class WebhookDeliveryQuerySet(models.QuerySet["WebhookDelivery"]):
    def given_up(self) -> Self:
        return self.filter(state=WebhookDelivery.State.DEAD)


class WebhookDelivery(models.Model):
    """One event for one subscription. Pending ones are tried at `due_at`, which is also when a lease ends."""

    class State(models.TextChoices):
        PENDING = "pending", _("waiting")
        DELIVERED = "delivered", _("delivered")
        DEAD = "dead", _("given up")

    subscription = models.ForeignKey(
        WebhookSubscription, on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )
    public_id = models.UUIDField(default=uuid.uuid4, editable=False)  # the same in every attempt
    event = models.CharField(max_length=80)
    at = models.DateTimeField(default=timezone.now)
    data = models.JSONField(default=dict)  # the event's fields; the outbox may have forgotten it
    state = models.CharField(max_length=10, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    lease = models.UUIDField(null=True)
    tried_at = models.DateTimeField(null=True)
    answer_status = models.PositiveSmallIntegerField(null=True)
    answer_start = models.TextField(blank=True)
    last_error = models.TextField(blank=True)

    objects = WebhookDeliveryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["pending", "delivered", "dead"]), name="webhook_state_known"
            )
        ]
        indexes = [
            models.Index(
                fields=["subscription", "due_at", "id"],
                name="webhook_due",
                condition=models.Q(state="pending"),
            ),
            models.Index(fields=["subscription", "-id"], name="webhook_newest"),
            models.Index(fields=["subscription", "state", "-id"], name="webhook_by_state"),
            models.Index(fields=["at"], name="webhook_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.event} for {self.subscription_id}: {self.state}"

    @property
    def state_label(self) -> str:
        return str(self.State(self.state).label)
