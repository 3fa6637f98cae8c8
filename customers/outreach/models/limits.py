"""How fast mail may leave, and whether who takes it is there at all."""

from __future__ import annotations

from typing import Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.audit import audited
from customers.outreach.route import provider_name, sender_address


class SendingLimitQuerySet(models.QuerySet["SendingLimit"]):
    def in_force(self) -> Self:
        """Those of our provider and of our sender's address."""
        return self.filter(
            Q(scope=SendingLimit.Scope.PROVIDER, name=provider_name())
            | Q(scope=SendingLimit.Scope.SENDER, name=sender_address())
        )


@audited()
class SendingLimit(models.Model):
    """No more than so many messages in so long: under one sender's address, or through one provider."""

    class Scope(models.TextChoices):
        SENDER = "sender", _("Sender")
        PROVIDER = "provider", _("Provider")

    class Period(models.IntegerChoices):
        SECOND = 1, _("a second")
        MINUTE = 60, _("a minute")
        HOUR = 3600, _("an hour")

    scope = models.CharField(max_length=10, choices=Scope)
    name = models.CharField(max_length=254)
    messages = models.PositiveIntegerField(_("messages"), validators=[MinValueValidator(1)])
    period = models.PositiveSmallIntegerField(_("in"), choices=Period, default=Period.SECOND)
    burst = models.PositiveIntegerField(_("more at once after a quiet time"), default=0)

    objects = SendingLimitQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope", "name"], name="sending_limit_once"),
            models.CheckConstraint(
                condition=Q(messages__gt=0, period__gt=0), name="sending_limit_lets_some_through"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.messages} {self.get_period_display()}"

    @property
    def per_second(self) -> float:
        return self.messages / self.period


class SendingPace(models.Model):
    """When the next message under a limit is due. A row of its own, because it changes many times a second
    and what an admin has set does not (GCRA's theoretical arrival time)."""

    limit = models.OneToOneField(
        SendingLimit, primary_key=True, on_delete=models.CASCADE, related_name="pace"
    )
    free_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"Pace of {self.limit_id}"


class Breaker(models.Model):
    """A provider that has not taken mail lately. Without a row all is well.

    After a few failures in a row it is open: nobody tries before `retry_at`, and then one sender alone.
    """

    provider = models.CharField(max_length=254, unique=True)
    failures = models.PositiveIntegerField(default=0)
    why = models.CharField(max_length=300)
    opened_at = models.DateTimeField(null=True)
    retry_at = models.DateTimeField(null=True)
    probes = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(opened_at=None, retry_at=None)
                | Q(opened_at__isnull=False, retry_at__isnull=False),
                name="breaker_open_has_next_try",
            )
        ]

    def __str__(self) -> str:
        return f"Breaker of {self.provider}"
