"""What is asked, in which words, and the rules by which answers count."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.audit import audited
from crm.core.models import Singleton
from crm.core.text import Fold

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise


class Band(models.TextChoices):
    """The three groups of NPS: 9–10, 7–8 and 0–6."""

    PROMOTER = "promoter", _("Promoter")
    PASSIVE = "passive", _("Passive")
    DETRACTOR = "detractor", _("Detractor")


LOWEST_PROMOTER, LOWEST_PASSIVE = 9, 7


def band_of(score: int) -> Band:
    """The group a score of 0 to 10 belongs to; 0 is an answer."""
    if score >= LOWEST_PROMOTER:
        return Band.PROMOTER
    return Band.PASSIVE if score >= LOWEST_PASSIVE else Band.DETRACTOR


class SurveyQuerySet(models.QuerySet["Survey"]):
    def running(self) -> Self:
        return self.filter(state=Survey.State.RUNNING)

    def named(self, words: str) -> Self:
        """Whose name contains the words, accents and case aside."""
        return self.annotate(folded=Fold("name")).filter(folded__contains=Fold(models.Value(words)))


@audited()
class Survey(models.Model):
    """One question with a scale, asked some days after every delivery.

    Texts are kept per survey in one language; each band has its own follow-up question and thanks.
    """

    class Kind(models.TextChoices):
        NPS = "nps", _("Recommendation, 0 to 10 (NPS)")

    class Series(models.TextChoices):
        TRANSACTIONAL = "transactional", _("After a transaction")

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        PAUSED = "paused", _("paused")
        ENDED = "ended", _("ended")

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(max_length=10, default=Kind.NPS)
    series = models.CharField(max_length=20, default=Series.TRANSACTIONAL)
    language = models.CharField(_("language"), max_length=12, default="en")
    content = models.SlugField(max_length=60, help_text=_("The mail that asks (slug of a content)."))
    question = models.CharField(_("question"), max_length=200)
    low = models.CharField(_("words at 0"), max_length=60)
    high = models.CharField(_("words at 10"), max_length=60)
    ask_detractors = models.CharField(_("follow-up question after 0 to 6"), max_length=200)
    ask_passives = models.CharField(_("follow-up question after 7 and 8"), max_length=200)
    ask_promoters = models.CharField(_("follow-up question after 9 and 10"), max_length=200)
    thank_detractors = models.CharField(_("thanks after 0 to 6"), max_length=300)
    thank_passives = models.CharField(_("thanks after 7 and 8"), max_length=300)
    thank_promoters = models.CharField(_("thanks after 9 and 10"), max_length=300)
    delay_days = models.PositiveSmallIntegerField(
        _("days after delivery"), default=7, validators=[MaxValueValidator(365)]
    )
    expires_days = models.PositiveSmallIntegerField(
        _("days to answer"), default=30, validators=[MinValueValidator(1), MaxValueValidator(365)]
    )
    one_per_days = models.PositiveSmallIntegerField(
        _("days before the same person is asked again"), default=60, validators=[MaxValueValidator(3650)]
    )
    state = models.CharField(max_length=10, default=State.PAUSED)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = SurveyQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["running", "paused", "ended"]), name="survey_state_known"
            )
        ]
        indexes = [models.Index("name", "id", name="survey_by_name")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("surveys:survey", args=[self.pk])

    @property
    def state_label(self) -> _StrOrPromise:
        return self.State(self.state).label

    @property
    def is_running(self) -> bool:
        return self.state == self.State.RUNNING

    @property
    def has_ended(self) -> bool:
        return self.state == self.State.ENDED

    def follow_up(self, score: int | None) -> str:
        """The question about the reason, worded for the score; without one, as for the middle."""
        texts = {Band.DETRACTOR: self.ask_detractors, Band.PROMOTER: self.ask_promoters}
        return self.ask_passives if score is None else texts.get(band_of(score), self.ask_passives)

    def thanks(self, score: int) -> str:
        texts = {Band.DETRACTOR: self.thank_detractors, Band.PROMOTER: self.thank_promoters}
        return texts.get(band_of(score), self.thank_passives)


@audited()
class SurveyRules(Singleton):
    """When an answer counts, and what makes it look like a machine's. 0 switches a limit off."""

    hold_seconds = models.PositiveIntegerField(
        _("seconds before a sent answer counts"),
        default=60,
        validators=[MaxValueValidator(86_400)],
        help_text=_("A machine gives itself away meanwhile, and a person may still change their mind."),
    )
    fast_click_seconds = models.PositiveIntegerField(
        _("seconds after sending in which nobody can have read the mail"),
        default=10,
        validators=[MaxValueValidator(3600)],
    )
    two_scores_seconds = models.PositiveIntegerField(
        _("seconds in which no person clicks two different scores"),
        default=45,
        validators=[MaxValueValidator(3600)],
    )
    provisional_hours = models.PositiveSmallIntegerField(
        _("hours before a score without Send counts"), default=24, validators=[MaxValueValidator(24 * 30)]
    )
    edit_days = models.PositiveSmallIntegerField(
        _("days in which an answer can be changed"), default=30, validators=[MaxValueValidator(365)]
    )

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="survey_rules_one_row")]

    def __str__(self) -> str:
        return "Survey rules"

    @property
    def hold(self) -> dt.timedelta:
        return dt.timedelta(seconds=self.hold_seconds)

    @property
    def fast_click(self) -> dt.timedelta:
        return dt.timedelta(seconds=self.fast_click_seconds)

    @property
    def two_scores(self) -> dt.timedelta:
        return dt.timedelta(seconds=self.two_scores_seconds)

    @property
    def provisional_after(self) -> dt.timedelta:
        return dt.timedelta(hours=self.provisional_hours)

    @property
    def editable_for(self) -> dt.timedelta:
        return dt.timedelta(days=self.edit_days)
