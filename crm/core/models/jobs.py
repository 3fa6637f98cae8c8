"""Long work as rows, and the slots of scheduled work."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.models.users import User


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user: User) -> Self:
        """One's own jobs; admins see everybody's."""
        return self if user.is_admin else self.filter(created_by=user)

    def unfinished(self) -> Self:
        return self.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING])


class Job(models.Model):
    """A piece of long work that runs in slices and can be watched, left and cancelled.

    `params` is what it was asked to do, `cursor` where the next slice goes on, `report` what it found;
    their shapes belong to the job kind (see `crm.core.registry.JobKind`).
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    params = models.JSONField(default=dict)
    cursor = models.JSONField(default=dict)
    report = models.JSONField(default=dict)
    state = models.CharField(max_length=12, default=State.QUEUED)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(null=True)
    note = models.CharField(max_length=200, blank=True)
    error = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    cancel_requested = models.BooleanField(default=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["queued", "running", "done", "failed", "cancelled"]),
                name="job_state_known",
            )
        ]
        indexes = [
            models.Index(fields=["created_by", "-id"], name="job_by_person"),
            models.Index(
                fields=["lease_until"],
                name="job_unfinished",
                condition=models.Q(state__in=["queued", "running"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.state})"

    @property
    def state_label(self) -> str:
        return str(self.State(self.state).label)

    @property
    def is_finished(self) -> bool:
        return self.state in (self.State.DONE, self.State.FAILED, self.State.CANCELLED)

    @property
    def percent(self) -> int | None:
        """Share done in whole percent, or None while the total is unknown."""
        if not self.total:
            return None
        return min(100, self.done * 100 // self.total)


class Tick(models.Model):
    """One run of a scheduled task; the unique slot makes two beats harmless."""

    task = models.CharField(max_length=80)
    slot = models.DateTimeField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "slot"], name="tick_once_per_slot")]
        indexes = [models.Index(fields=["at"], name="tick_at")]

    def __str__(self) -> str:
        return f"{self.task} at {self.slot:%F %T}"
