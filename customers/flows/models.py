"""Flows, their versions, and who is in them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.audit import audited
from crm.core.immutable import immutable
from customers.models.accounts import Account
from customers.models.contacts import Contact
from customers.models.visibility import CustomerQuerySet


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

    def __str__(self) -> str:
        return self.name


class FlowVersion(models.Model):
    """The steps as they were when somebody entered.

    `steps` is a list of {"id": str, "step": registered name, "params": {...}}; they run in order.
    `exits` is a list of registered exit names, asked before every step.
    """

    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    steps = models.JSONField()
    exits = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["flow", "number"], name="flow_version_number")]
        triggers = [immutable("flow_version")]

    def __str__(self) -> str:
        return f"{self.flow_id} v{self.number}"


class EnrolmentQuerySet(CustomerQuerySet["Enrolment"]):
    pass


class Enrolment(models.Model):
    """One run through a flow. `position` is the index of the next step, `due_at` when it may be taken."""

    class State(models.TextChoices):
        ACTIVE = "active", _("under way")
        DONE = "done", _("finished")
        EXITED = "exited", _("left early")
        FAILED = "failed", _("failed")

    version = models.ForeignKey(FlowVersion, on_delete=models.PROTECT, related_name="enrolments")
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
            models.Index(fields=["due_at", "id"], name="enrolment_due", condition=Q(state="active")),
            models.Index(fields=["flow", "-id"], name="enrolment_by_flow"),
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
