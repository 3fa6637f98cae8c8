"""The links of a mail, who followed them, and the figures that stay when the single clicks are forgotten."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.audit import audited
from crm.core.models import Singleton
from customers.models.visibility import CustomerQuerySet
from customers.outreach.models.messages import ContentVersion, Message


@audited()
class ClickRules(Singleton):
    """Whether clicks are counted at all, and what tells a machine from a person."""

    count_clicks = models.BooleanField(
        _("count clicks in mails"),
        default=True,
        help_text=_("Without it, links lead straight to where they go. Service mails are never counted."),
    )
    early_seconds = models.PositiveSmallIntegerField(
        _("seconds after sending"),
        default=10,
        validators=[MaxValueValidator(600)],
        help_text=_("A click so soon after sending is a mail scanner's. 0 switches this sign off."),
    )
    sweep_links = models.PositiveSmallIntegerField(
        _("links at once"),
        default=3,
        validators=[MaxValueValidator(50)],
        help_text=_("Who follows so many different links of one mail at once is a machine. 0: off."),
    )
    sweep_seconds = models.PositiveSmallIntegerField(
        _("seconds that count as at once"), default=10, validators=[MaxValueValidator(600)]
    )

    class Meta:
        verbose_name = _("rules for clicks")
        constraints = [models.CheckConstraint(condition=Q(id=1), name="click_rules_one_row")]

    def __str__(self) -> str:
        return str(_("Rules for clicks"))

    @property
    def early(self) -> dt.timedelta:
        return dt.timedelta(seconds=self.early_seconds)


class ContentLink(models.Model):
    """A link of a content version, in the order of the mail. Number 0 is the one that people do not see."""

    HIDDEN = 0

    version = models.ForeignKey(
        ContentVersion, on_delete=models.CASCADE, related_name="links", db_index=False
    )
    number = models.PositiveSmallIntegerField()
    target = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "number"], name="content_link_number")]

    def __str__(self) -> str:
        return self.target


class LinkMonth(models.Model):
    """Clicks on a link in one month: all there were, and those of people. They stay."""

    link = models.ForeignKey(ContentLink, on_delete=models.CASCADE, related_name="months", db_index=False)
    month = models.DateField()
    clicks = models.IntegerField(default=0)
    human = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["link", "month"], name="link_month_once")]

    def __str__(self) -> str:
        return f"{self.human} of {self.clicks} in {self.month:%Y-%m}"


class MessageClicksQuerySet(CustomerQuerySet["MessageClicks"]):
    account_path = "message__account"

    def by_people(self) -> Self:
        return self.filter(human__gt=0)


class MessageClicks(models.Model):
    """Clicks in one message. `first_at` is a person's first; `oldest_at` anybody's. They stay."""

    message = models.OneToOneField(Message, primary_key=True, on_delete=models.CASCADE, related_name="clicks")
    version = models.ForeignKey(ContentVersion, on_delete=models.CASCADE, related_name="+", db_index=False)
    clicks = models.IntegerField(default=0)
    human = models.IntegerField(default=0)
    first_at = models.DateTimeField(null=True)
    oldest_at = models.DateTimeField()

    objects = MessageClicksQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["version"], name="message_clicked_version", condition=Q(human__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.human} of {self.clicks}"


class ClickQuerySet(CustomerQuerySet["Click"]):
    account_path = "message__account"


class Click(models.Model):
    """A link was followed. A native partition per month: `partitions` makes them and lets them go.

    The same link of the same message followed in the same way is one row a minute, however often. No address
    of the reader is kept, and of the program only its family. `counted` says what the figures took it for:
    a person's, a machine's, or None while nothing was counted yet.
    """

    class How(models.TextChoices):
        GET = "get", _("followed")
        HEAD = "head", _("looked at")
        PREFETCH = "prefetch", _("fetched ahead")
        SCANNER = "scanner", _("scanned")

    class Verdict(models.TextChoices):
        HUMAN = "human", _("a person")
        HEAD = "head", _("a machine: it only looked whether the link works")
        PREFETCH = "prefetch", _("a machine: fetched ahead, perhaps never shown")
        SCANNER = "scanner", _("a machine: it says so itself")
        EARLY = "early", _("a machine: too soon after sending")
        SWEEP = "sweep", _("a machine: many links at once")
        HIDDEN = "hidden", _("a machine: it followed the hidden link")

    # Without constraints in the database: a partition that comes or goes must not lock the table of messages.
    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, related_name="single_clicks", db_constraint=False, db_index=False
    )
    link = models.ForeignKey(
        ContentLink,
        on_delete=models.CASCADE,
        related_name="single_clicks",
        db_constraint=False,
        db_index=False,
    )
    minute = models.DateTimeField()
    at = models.DateTimeField(default=timezone.now)
    how = models.CharField(max_length=10)
    agent = models.CharField(max_length=40, blank=True)
    verdict = models.CharField(max_length=10)
    counted = models.BooleanField(null=True)

    objects = ClickQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message", "link", "how", "minute"], name="click_once_a_minute")
        ]
        indexes = [
            models.Index(fields=["at"], name="click_uncounted", condition=Q(counted=None)),
        ]

    def __str__(self) -> str:
        return f"{self.how} of link {self.link_id} in message {self.message_id}"

    @property
    def verdict_label(self) -> str:
        return str(self.Verdict(self.verdict).label)
