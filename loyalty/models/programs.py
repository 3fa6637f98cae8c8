"""What points are given for, and for how long they last."""

from __future__ import annotations

import calendar
import datetime as dt
from decimal import ROUND_FLOOR, Decimal
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.audit import audited


class ProgramQuerySet(models.QuerySet["Program"]):
    def main(self) -> Program:
        """The program every purchase counts for. Raises Program.DoesNotExist before the defaults are in."""
        return self.get(slug=Program.MAIN)

    def running(self) -> Self:
        return self.filter(is_running=True)


@audited()
class Program(models.Model):
    """The rules of earning. Points that were given keep the rules of their day."""

    MAIN = "customer-points"

    slug = models.SlugField(max_length=60, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=120)
    points_per_unit = models.DecimalField(
        _("points per currency unit"),
        max_digits=8,
        decimal_places=4,
        default=Decimal("0.1"),
        validators=[MinValueValidator(Decimal("0.0001")), MaxValueValidator(Decimal(1000))],
        help_text=_("0.1 gives one point for every 10 spent. Fractions of a point are dropped."),
    )
    hold_days = models.PositiveSmallIntegerField(
        _("return window in days"),
        default=30,
        validators=[MaxValueValidator(365)],
        help_text=_("Points are pending until so many days after the delivery."),
    )
    expiry_months = models.PositiveSmallIntegerField(
        _("points last, in months"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(120)],
        help_text=_("Counted from the day they can be spent. Empty: they never expire."),
    )
    is_running = models.BooleanField(
        _("purchases earn points"),
        default=True,
        help_text=_("Switched off, nothing new is earned; points already given stay."),
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ProgramQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(points_per_unit__gt=0), name="program_rate_positive"),
            models.CheckConstraint(condition=Q(expiry_months__gt=0), name="program_expiry_positive"),
        ]

    def __str__(self) -> str:
        return self.name

    def points_for(self, spend: Decimal) -> int:
        """Whole points for an eligible spend in the installation's currency, rounded down, never negative."""
        points = (self.points_per_unit * spend).to_integral_value(rounding=ROUND_FLOOR)
        return max(0, int(points))

    def expiry(self, since: dt.datetime) -> dt.datetime | None:
        """When points expire that can be spent since a moment; None: never."""
        if self.expiry_months is None:
            return None
        years, month = divmod(since.month - 1 + self.expiry_months, 12)
        year, month = since.year + years, month + 1
        return since.replace(year=year, month=month, day=min(since.day, calendar.monthrange(year, month)[1]))
