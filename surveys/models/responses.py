"""What people answered, in their words, with its history and the evidence of who clicked what."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.audit import audited
from crm.core.immutable import immutable
from customers.models import Account, Contact, Task, names
from customers.models.visibility import CustomerQuerySet
from surveys.models.invitations import Invitation
from surveys.models.surveys import LOWEST_PASSIVE, LOWEST_PROMOTER, Band, Survey, band_of

if TYPE_CHECKING:
    from crm.core.registry import Tone

IN_BAND = {
    Band.PROMOTER: Q(counted_score__gte=LOWEST_PROMOTER),
    Band.PASSIVE: Q(counted_score__gte=LOWEST_PASSIVE, counted_score__lt=LOWEST_PROMOTER),
    Band.DETRACTOR: Q(counted_score__lt=LOWEST_PASSIVE),
}
TALLY = {
    "promoters": Count("pk", filter=IN_BAND[Band.PROMOTER]),
    "detractors": Count("pk", filter=IN_BAND[Band.DETRACTOR]),
    "answers": Count("counted_score"),
}
TONES: dict[Band, Tone] = {Band.PROMOTER: "good", Band.PASSIVE: "plain", Band.DETRACTOR: "bad"}
SHOWN = (
    *("score", "state", "counted_at", "counted_score", "words__text", "invitation__purchase__number"),
    *("recovery_task__state", "recovery_task__outcome", "recovery_task__due_at"),
    *names.of_account(),
    *names.of_contact(),
)


class ResponseQuerySet(CustomerQuerySet["Response"]):
    def counted(self) -> Self:
        return self.filter(counted_at__isnull=False)

    def due(self) -> Self:
        """Waiting to be judged, and their time has come."""
        return self.filter(counts_at__lte=timezone.now()).order_by("counts_at", "id")

    def in_band(self, band: Band) -> Self:
        return self.filter(IN_BAND[band])

    def counted_since(self, moment: dt.datetime) -> Self:
        return self.filter(counted_at__gte=moment)

    def for_reading(self) -> Self:
        """With everything a line of a list shows."""
        found = self.select_related("account", "contact", "invitation__purchase", "words", "recovery_task")
        return found.only(*SHOWN)

    def tally(self) -> tuple[int, int, int]:
        """Promoters, detractors and all counted answers."""
        found = self.aggregate(**TALLY)
        return found["promoters"], found["detractors"], found["answers"]


class Response(models.Model):
    """The answer to an invitation.

    `score` is what the customer last said, `counted_score` what the figures use. They differ while a change
    is held, and for good when the change turns out to be a machine's (`state` suspect). `counts_at` is when
    what stands will be judged; None: nothing is waiting. Survey, account and contact repeat the
    invitation's for the sake of the indexes.
    """

    class State(models.TextChoices):
        PROVISIONAL = "provisional", _("clicked, not sent")
        CONFIRMED = "confirmed", _("sent")
        SUSPECT = "suspect", _("looks like a machine")

    invitation = models.OneToOneField(Invitation, on_delete=models.CASCADE, related_name="response")
    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="responses", db_index=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="responses", db_index=False)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="responses")
    score = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=12)
    revision = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)
    counts_at = models.DateTimeField(null=True)
    counted_at = models.DateTimeField(null=True)
    counted_score = models.PositiveSmallIntegerField(null=True)
    announced_band = models.CharField(max_length=10, blank=True)
    editable_until = models.DateTimeField(null=True)
    recovery_task = models.ForeignKey(Task, null=True, on_delete=models.SET_NULL, related_name="+")
    loop_closed_at = models.DateTimeField(null=True)

    objects = ResponseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(score__gte=0, score__lte=10), name="response_score_0_to_10"),
            models.CheckConstraint(
                condition=Q(counted_at=None, counted_score=None)
                | Q(counted_at__isnull=False, counted_score__gte=0, counted_score__lte=10),
                name="response_counted_has_score",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["provisional", "confirmed", "suspect"]), name="response_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state="confirmed") | Q(sent_at__isnull=False, editable_until__isnull=False),
                name="response_confirmed_was_sent",
            ),
        ]
        indexes = [
            models.Index(
                fields=["counts_at", "id"], name="response_due", condition=Q(counts_at__isnull=False)
            ),
            models.Index(
                fields=["survey", "-counted_at", "-id"],
                name="response_by_survey",
                condition=Q(counted_at__isnull=False),
            ),
            models.Index(fields=["account", "-counted_at", "-id"], name="response_by_account"),
            models.Index(
                fields=["-counted_at", "-id"], name="response_newest", condition=Q(counted_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.score} ({self.state})"

    @property
    def shown_score(self) -> int:
        return self.score if self.counted_score is None else self.counted_score

    @property
    def band(self) -> Band:
        return band_of(self.shown_score)

    @property
    def band_tone(self) -> Tone:
        return TONES[self.band]

    @property
    def comment(self) -> str:
        return self.words.text if hasattr(self, "words") else ""

    @property
    def was_sent(self) -> bool:
        """Whether a person pressed Send and may change what they sent only within the days given for it."""
        return self.state == self.State.CONFIRMED

    @property
    def is_editable(self) -> bool:
        return self.editable_until is None or timezone.now() < self.editable_until


@audited()
class ResponseWords(models.Model):
    """What somebody wrote with their score; erased with the person, history included."""

    response = models.OneToOneField(
        Response, primary_key=True, on_delete=models.CASCADE, related_name="words"
    )
    text = models.TextField()

    def __str__(self) -> str:
        return self.text[:60]


class ResponseRevision(models.Model):
    """Every score that was given, in order; never rewritten."""

    response = models.ForeignKey(Response, on_delete=models.CASCADE, related_name="revisions", db_index=False)
    number = models.PositiveIntegerField()
    score = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=12)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["response", "number"], name="response_revision_number"),
            models.CheckConstraint(condition=Q(score__gte=0, score__lte=10), name="revision_score_0_to_10"),
        ]
        triggers = [immutable("response_revision")]

    def __str__(self) -> str:
        return f"{self.score} at {self.at:%F %T}"


class ScoreClick(models.Model):
    """Evidence, not an answer: a link of the mail was followed, by a person or a machine."""

    class Link(models.TextChoices):
        SCORE = "score", _("score")
        PAGE = "page", _("page")
        HIDDEN = "hidden", _("hidden link")
        INPUT = "input", _("touched the page")

    invitation = models.ForeignKey(
        Invitation, on_delete=models.CASCADE, related_name="clicks", db_index=False
    )
    link = models.CharField(max_length=8)
    score = models.PositiveSmallIntegerField(null=True)
    method = models.CharField(max_length=8)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(link__in=["score", "page", "hidden", "input"]), name="click_link_known"
            ),
            models.CheckConstraint(
                condition=Q(score=None) | Q(score__gte=0, score__lte=10), name="click_score"
            ),
        ]
        indexes = [
            models.Index(fields=["invitation", "at"], name="click_by_invitation"),
            models.Index(fields=["at"], name="score_click_at"),  # what has had its time is found by it
        ]
        triggers = [immutable("score_click")]

    def __str__(self) -> str:
        return f"{self.method} {self.link} of {self.invitation_id}"
