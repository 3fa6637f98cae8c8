"""The touch budget: its rules, and what was booked against it."""

from __future__ import annotations

import datetime as dt

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.audit import audited
from crm.core.models import Singleton
from customers.models.contacts import Contact
from customers.outreach.models.messages import Message

LONGEST_GAP = 365  # days; a claim looks back one year


@audited()
class TouchRules(Singleton):
    """How often and when we write to a person, over every app. `kind_gaps` maps message kinds to days."""

    gap_days = models.PositiveSmallIntegerField(
        _("days between two messages"), default=3, validators=[MaxValueValidator(LONGEST_GAP)]
    )
    kind_gaps = models.JSONField(_("days between two of a kind"), default=dict, blank=True)
    yearly_cap = models.PositiveSmallIntegerField(_("messages a year"), default=40)
    daily_cap = models.PositiveSmallIntegerField(_("messages a day"), default=1)
    quiet_from = models.TimeField(_("quiet from"), default=dt.time(20))
    quiet_until = models.TimeField(_("quiet until"), default=dt.time(8))
    quiet_hours = models.BooleanField(_("keep quiet hours"), default=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="touch_rules_one_row")]

    def __str__(self) -> str:
        return "Touch rules"


class ContactTouch(models.Model):
    """The row a claim locks, with how long its contact wants a pause. When we last wrote is in `Touch`."""

    contact = models.OneToOneField(Contact, primary_key=True, on_delete=models.CASCADE, related_name="touch")
    paused_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"Touch of {self.contact_id}"


class Touch(models.Model):
    """A message booked against a contact's budget; taken back when it was not sent after all."""

    # the message's contact, which cannot go while the message is there: not looked up once more
    contact = models.ForeignKey(
        Contact, on_delete=models.CASCADE, related_name="touches", db_index=False, db_constraint=False
    )
    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="booked")
    kind = models.CharField(max_length=40)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["contact", "-at"], name="touch_by_contact")]

    def __str__(self) -> str:
        return f"{self.kind} touch of {self.contact_id}"
