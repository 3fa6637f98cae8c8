"""What happened, and who still has to hear of it."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from crm.core.immutable import immutable


class OutboxEvent(models.Model):
    """One thing that happened. `payload` is the event's dataclass as JSON: ids and primitives only."""

    name = models.CharField(max_length=80)
    payload = models.JSONField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["at"], name="outbox_event_at")]
        triggers = [immutable("outbox_event")]

    def __str__(self) -> str:
        return f"{self.name} #{self.pk}"


class Delivery(models.Model):
    """One reaction's copy of an event: pending until its reaction has committed."""

    class State(models.TextChoices):
        PENDING = "pending"
        DONE = "done"
        DEAD = "dead"

    event = models.ForeignKey(OutboxEvent, on_delete=models.CASCADE, related_name="deliveries")
    reaction = models.CharField(max_length=120)
    state = models.CharField(max_length=8, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "reaction"], name="delivery_once_per_reaction"),
            models.CheckConstraint(
                condition=models.Q(state__in=["pending", "done", "dead"]), name="delivery_state_known"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], name="delivery_due", condition=models.Q(state="pending")),
            models.Index(fields=["-id"], name="delivery_dead", condition=models.Q(state="dead")),
            models.Index(fields=["done_at"], name="delivery_done", condition=models.Q(state="done")),
        ]

    def __str__(self) -> str:
        return f"{self.reaction} for {self.event_id}: {self.state}"
