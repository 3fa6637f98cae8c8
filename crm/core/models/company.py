"""The one row that says whose installation this is."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from functools import cache
from typing import Any, ClassVar, Self, TypeVar
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.core.audit import audited
from crm.core.compiled import compiled

hex_colour = RegexValidator(re.compile(r"^#[0-9a-fA-F]{6}\Z"), _("Six hex digits, for example #0f766e."))


SingletonModel = TypeVar("SingletonModel", bound="Singleton")


class Singleton(models.Model):
    """A settings table of exactly one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)

    HEAVY: ClassVar[tuple[str, ...]] = ()  # fields that are read only where they are asked for

    class Meta:
        abstract = True

    @classmethod
    def load(cls) -> Self:
        """The row, made with its defaults when it is not there yet."""
        found = settings_row(cls)()
        return found[0] if found else cls._default_manager.get_or_create(pk=1)[0]

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise RuntimeError("Settings rows are changed, never deleted.")


@cache
def settings_row(model: type[SingletonModel]) -> Callable[[], list[SingletonModel]]:
    """How to fetch the one row of a table, without what is heavy."""
    return compiled(lambda: model._default_manager.filter(pk=1).defer(*model.HEAVY))


def monday_to_friday() -> list[int]:
    return [1, 2, 3, 4, 5]


@audited(exclude=("logo",))
class Company(Singleton):
    """Brand, currency and working hours of the company that runs this installation."""

    name = models.CharField(_("company name"), max_length=120, default="Perennial")
    colour = models.CharField(_("brand colour"), max_length=7, default="#0f766e", validators=[hex_colour])
    logo = models.BinaryField(null=True, editable=True)
    logo_type = models.CharField(max_length=40, blank=True)
    postal_address = models.CharField(_("postal address"), max_length=300, blank=True)
    reply_to = models.EmailField(_("answers go to"), blank=True)
    sender_name = models.CharField(_("sender name"), max_length=120, blank=True)
    privacy_url = models.URLField(_("privacy page"), blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="USD")
    default_margin = models.DecimalField(
        _("margin where cost is unknown"), max_digits=4, decimal_places=3, default=0.4
    )
    time_zone = models.CharField(_("time zone"), max_length=60, default="UTC")
    workdays = ArrayField(
        models.PositiveSmallIntegerField(), verbose_name=_("working days"), default=monday_to_friday
    )
    day_starts = models.TimeField(_("day starts"), default=dt.time(9))
    day_ends = models.TimeField(_("day ends"), default=dt.time(17))

    HEAVY = ("logo",)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="company_one_row"),
            models.CheckConstraint(
                condition=models.Q(day_starts__lt=models.F("day_ends")),
                name="company_day_has_hours",
                violation_error_message=_("The working day must end after it starts."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)
