"""What people agreed to, and addresses that get nothing."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.audit import audited
from crm.core.immutable import immutable
from customers.models.contacts import Contact


def stays(name: str) -> pgtrigger.Trigger:
    """Rows that messages point to without a foreign key are never deleted."""
    return pgtrigger.Protect(name=name, operation=pgtrigger.Delete)


@audited()
class Topic(models.Model):
    """What we may write about. Opt-in topics need a yes; the others (`basis` "customer") end with a no."""

    class Basis(models.TextChoices):
        OPT_IN = "opt_in", _("Only after a yes")
        CUSTOMER = "customer", _("To customers until they say no")
        SERVICE = "service", _("Needed to serve them, cannot be switched off")

    slug = models.SlugField(max_length=40, primary_key=True)
    name = models.CharField(_("name"), max_length=120)
    description = models.CharField(_("description"), max_length=300, blank=True)
    basis = models.CharField(_("basis"), max_length=12, default=Basis.OPT_IN)
    order = models.PositiveSmallIntegerField(default=50)

    class Meta:
        ordering = ["order", "name"]
        triggers = [stays("topic_stays")]

    def __str__(self) -> str:
        return self.name


class ConsentRecord(models.Model):
    """A yes or no as it was given, with where it came from. Never rewritten; erased with the person."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="consent_records")
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="+")
    granted = models.BooleanField()
    at = models.DateTimeField(default=timezone.now)
    source = models.CharField(max_length=40)
    proof = models.CharField(max_length=300, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        indexes = [models.Index(fields=["contact", "-at"], name="consent_by_contact")]
        triggers = [immutable("consent_record")]

    def __str__(self) -> str:
        return f"{'yes' if self.granted else 'no'} to {self.topic_id} by {self.contact_id}"


class Subscription(models.Model):
    """Where a contact stands on a topic now: the latest consent record."""

    contact = models.ForeignKey(
        Contact, on_delete=models.CASCADE, related_name="subscriptions", db_index=False
    )
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="subscriptions")
    granted = models.BooleanField()
    since = models.DateTimeField(default=timezone.now)
    record = models.ForeignKey(ConsentRecord, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contact", "topic"], name="subscription_once")]

    def __str__(self) -> str:
        return f"{self.contact_id} {'wants' if self.granted else 'does not want'} {self.topic_id}"


@audited()
class Suppression(models.Model):
    """An address that gets nothing from us any more, whatever the reason to write."""

    class Reason(models.TextChoices):
        BOUNCE = "bounce", _("Address bounced")
        COMPLAINT = "complaint", _("Complained")
        UNSUBSCRIBED = "unsubscribed", _("Unsubscribed from everything")
        MANUAL = "manual", _("Blocked by us")

    address = models.EmailField(max_length=254)
    reason = models.CharField(max_length=20)
    note = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(Lower("address"), name="suppression_once")]

    def __str__(self) -> str:
        return f"{self.address}: {self.reason}"
