"""How long things are kept, what was cleared away, and what did not add up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.audit import audited
from crm.core.models.company import Singleton

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise


def days(label: _StrOrPromise, default: int, help_text: _StrOrPromise) -> models.PositiveSmallIntegerField:
    """A number of days, at least one and at most ten years."""
    return models.PositiveSmallIntegerField(
        label,
        default=default,
        help_text=help_text,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
    )


@audited()
class Retention(Singleton):
    """Days that passing things are kept. What customers and we said and did is not among them."""

    events = days(_("events"), 14, _("Days that events between the apps are kept once all have reacted."))
    jobs = days(_("jobs"), 90, _("Days that finished jobs stand on the Jobs page."))
    export_files = days(_("files of exports"), 7, _("Days that a written file can be downloaded."))
    refused_files = days(_("refused rows"), 30, _("Days that the refused rows of an import are kept."))
    api_answers = days(_("API answers"), 2, _("Days that a request repeated with its key is answered alike."))
    clicks = days(_("clicks"), 365, _("Days that single clicks in mails are kept; answers and figures stay."))
    mail_reports = days(
        _("reports about mail"),
        730,
        _("Days that bounces and complaints are kept; what follows from them stays."),
    )
    webhooks = days(_("webhooks"), 30, _("Days that the list of what other programs were told is kept."))
    ticks = days(_("schedule"), 2, _("Days that the list of scheduled work that was begun is kept."))

    class Meta:
        verbose_name = _("how long things are kept")
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="retention_one_row")]

    def __str__(self) -> str:
        return str(_("How long things are kept"))


class HousekeepingRun(models.Model):
    """One round: `deleted` is name of the chore → number of rows or files, None where it failed."""

    at = models.DateTimeField(default=timezone.now)
    deleted = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"Housekeeping at {self.at:%F %T}"


class Comparison(models.Model):
    """The last time something kept was compared with what it is the sum of."""

    name = models.CharField(max_length=60, unique=True)
    at = models.DateTimeField(default=timezone.now)
    differences = models.PositiveIntegerField(null=True)  # None: the comparison itself failed
    since = models.DateTimeField(null=True)  # how long it has differed

    def __str__(self) -> str:
        return f"{self.name}: {self.differences}"
