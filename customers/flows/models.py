"""Flows, their versions, and who is in them."""

from __future__ import annotations

import datetime as dt
from typing import Any, NotRequired, Self, TypedDict

from django.db import models
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.audit import audited
from crm.core.immutable import immutable
from customers.models.accounts import Account
from customers.models.contacts import Contact
from customers.models.visibility import CustomerQuerySet


class StepSpec(TypedDict):
    """One step of a version: a name of its own, the registered step, what it is told.

    `exits` are registered exit names asked before this step alone.
    """

    id: str
    step: str
    params: dict[str, Any]
    exits: NotRequired[list[str]]


class FlowQuerySet(models.QuerySet["Flow"]):
    def running(self) -> Self:
        return self.filter(state=Flow.State.RUNNING)


@audited()
class Flow(models.Model):
    """A program of steps for accounts or their people; its steps are in versions."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        RUNNING = "running", _("running")
        PAUSED = "paused", _("paused")
        ENDED = "ended", _("ended")

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    description = models.CharField(_("description"), max_length=300, blank=True)
    state = models.CharField(max_length=10, default=State.DRAFT)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = FlowQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    @property
    def state_label(self) -> str:
        return str(self.State(self.state).label)

    @property
    def is_running(self) -> bool:
        return self.state == self.State.RUNNING

    @property
    def is_paused(self) -> bool:
        return self.state == self.State.PAUSED

    def latest_version(self) -> FlowVersion:
        """The version that people enter now."""
        return self.versions.latest("number")


class FlowVersion(models.Model):
    """The steps as they were when somebody entered.

    `steps` is a list of `StepSpec`, taken in order; `exits` are registered exits, asked before every step.
    """

    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    steps: models.Field[list[StepSpec], list[StepSpec]] = models.JSONField()
    exits: models.Field[list[str], list[str]] = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["flow", "number"], name="flow_version_number")]
        triggers = [immutable("flow_version")]

    def __str__(self) -> str:
        return f"{self.flow_id} v{self.number}"


class EnrolmentQuerySet(CustomerQuerySet["Enrolment"]):
    def active(self) -> Self:
        return self.filter(state=Enrolment.State.ACTIVE)

    def due(self, now: dt.datetime) -> Self:
        """Whose next step may be taken, the longest waiting first."""
        return self.active().filter(due_at__lte=now).order_by("due_at", "id")

    def for_reading(self) -> Self:
        """With everything a line about it needs."""
        return self.select_related("account", "contact", "flow", "version")

    def tally(self, *by: str) -> models.QuerySet[Enrolment, dict[str, Any]]:
        """How many (`number`) per combination of columns, for example by flow and state."""
        return self.order_by().values(*by).annotate(number=Count("pk"))


class Enrolment(models.Model):
    """One run through a flow. `position` is the index of the next step, `due_at` when it may be taken.

    `reference` is the id of what made it enter (a purchase …), `key` makes entering twice harmless.
    """

    class State(models.TextChoices):
        ACTIVE = "active", _("under way")
        DONE = "done", _("finished")
        EXITED = "exited", _("left early")
        FAILED = "failed", _("failed")

    version = models.ForeignKey(
        FlowVersion, on_delete=models.PROTECT, related_name="enrolments", db_index=False
    )
    flow = models.ForeignKey(Flow, on_delete=models.PROTECT, related_name="enrolments", db_index=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="enrolments")
    contact = models.ForeignKey(Contact, null=True, on_delete=models.CASCADE, related_name="enrolments")
    reference = models.BigIntegerField(null=True)
    key = models.CharField(max_length=120, unique=True)
    position = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=10, default=State.ACTIVE)
    due_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    outcome = models.CharField(max_length=200, blank=True)
    entered_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["active", "done", "exited", "failed"]), name="enrolment_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state="active", ended_at=None) | ~Q(state="active") & Q(ended_at__isnull=False),
                name="enrolment_ended_has_date",
            ),
        ]
        indexes = [
            models.Index(fields=["flow", "due_at", "id"], name="enrolment_due", condition=Q(state="active")),
            models.Index(fields=["flow", "state", "-id"], name="enrolment_by_state"),
            models.Index(fields=["flow", "version", "state", "position"], name="enrolment_tally"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} in {self.flow_id}: {self.state}"


class StepRun(models.Model):
    """A step that was taken: once per enrolment and position, whatever crashes."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="runs", db_index=False)
    position = models.PositiveSmallIntegerField()
    step = models.CharField(max_length=40)
    at = models.DateTimeField(default=timezone.now)
    outcome = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enrolment", "position"], name="step_once")]

    def __str__(self) -> str:
        return f"step {self.position} of {self.enrolment_id}"
