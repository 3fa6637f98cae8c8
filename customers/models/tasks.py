"""What somebody has to do for a customer."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from crm.core.audit import audited
from crm.core.models import TeamMember, User
from customers.models import names
from customers.models.accounts import Account
from customers.models.contacts import Contact
from customers.models.visibility import CustomerQuerySet

LONGEST_WHY = 220
SHOWN = (
    *("kind", "title", "why", "due_at", "is_urgent", "needs_outcome", "state", "snooze_reason", "owner_id"),
    *names.of_account(),
    *names.of_contact(),
)


class TaskKind(models.TextChoices):
    TODO = "todo", _("To do")
    CALL = "call", _("Call")
    FOLLOW_UP = "follow_up", _("Follow-up")
    RECOVERY = "recovery", _("Recovery call")
    QUIET = "quiet", _("Quiet customer")
    THANK = "thank", _("Thank-you")


class TaskQuerySet(CustomerQuerySet["Task"]):
    def open(self) -> Self:
        return self.filter(state=Task.State.OPEN)

    def due_by(self, moment: dt.datetime) -> Self:
        return self.open().filter(due_at__lte=moment)

    def of(self, user: User) -> Self:
        return self.filter(owner=user)

    def of_team(self, user: User) -> Self:
        """Tasks of the person and of everybody they share a team with."""
        mates = TeamMember.objects.filter(team__memberships__user=user).values_list("user_id", flat=True)
        return self.filter(owner_id__in={user.pk, *mates})

    def pressing(self, by: dt.datetime) -> Self:
        """Open tasks that cannot wait or are due, these first."""
        return (
            self.open().filter(Q(is_urgent=True) | Q(due_at__lte=by)).order_by("-is_urgent", "due_at", "id")
        )

    def for_reading(self) -> Self:
        """With what a row shows."""
        return self.select_related("account", "contact", "owner").only(*SHOWN, *names.of_user("owner"))

    def for_owner(self) -> Self:
        """The same for the person whose tasks they are, and who knows that."""
        return self.select_related("account", "contact").only(*SHOWN)


@audited()
class Task(models.Model):
    """One thing to do, with its owner, when it is due, why, and what came of it."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        DONE = "done", _("Done")
        DROPPED = "dropped", _("Dropped")

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="tasks")
    contact = models.ForeignKey(
        Contact, null=True, blank=True, on_delete=models.SET_NULL, related_name="tasks"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="tasks",
    )
    kind = models.CharField(_("kind"), max_length=30, default=TaskKind.TODO)
    title = models.CharField(_("what"), max_length=200)
    why = models.TextField(_("why"), blank=True, max_length=2000)
    due_at = models.DateTimeField(_("due"))
    is_urgent = models.BooleanField(_("cannot wait"), default=False)
    needs_outcome = models.BooleanField(default=False)
    state = models.CharField(max_length=10, default=State.OPEN)
    snoozed_from = models.DateTimeField(null=True, blank=True)
    snooze_reason = models.CharField(max_length=200, blank=True)
    outcome = models.CharField(_("outcome"), max_length=500, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    source_key = models.CharField(max_length=120, null=True, blank=True, unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = TaskQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["open", "done", "dropped"]), name="task_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state="open", done_at=None) | ~Q(state="open") & Q(done_at__isnull=False),
                name="task_closed_has_date",
            ),
            models.CheckConstraint(
                condition=~Q(state="done", needs_outcome=True, outcome=""), name="task_done_says_outcome"
            ),
        ]
        indexes = [
            models.Index(
                fields=["owner", "due_at", "id"], name="task_open_by_owner", condition=Q(state="open")
            ),
            models.Index(
                fields=["account", "due_at", "id"], name="task_open_by_account", condition=Q(state="open")
            ),
            models.Index(fields=["due_at", "id"], name="task_open_by_due", condition=Q(state="open")),
            models.Index(
                fields=["owner", "-is_urgent", "due_at", "id"],
                name="task_pressing",
                condition=Q(state="open"),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def row_id(self) -> str:
        """By which a page names the task's row."""
        return f"task-{self.pk}"

    @property
    def why_in_short(self) -> str:
        """The reason as far as a row of a list has room for it."""
        return self.why if len(self.why) <= LONGEST_WHY else Truncator(self.why).chars(LONGEST_WHY)
