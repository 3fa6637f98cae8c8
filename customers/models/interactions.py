"""Every word exchanged with a customer, as people here wrote it down."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.audit import audited
from customers.models.accounts import Account
from customers.models.contacts import Contact
from customers.models.products import ProductLine
from customers.models.visibility import CustomerQuerySet


class Channel(models.TextChoices):
    CALL = "call", _("Call")
    EMAIL = "email", _("Email")
    MEETING = "meeting", _("Meeting")
    VISIT = "visit", _("Visit")
    CHAT = "chat", _("Chat")
    TEXT = "text", _("Text message")
    SOCIAL = "social", _("Social")
    REVIEW = "review", _("Review")
    EVENT = "event", _("Event")


class Mood(models.TextChoices):
    POSITIVE = "positive", _("Positive")
    NEUTRAL = "neutral", _("Neutral")
    NEGATIVE = "negative", _("Negative")


class InteractionQuerySet(CustomerQuerySet["Interaction"]):
    pass


@audited()
class Interaction(models.Model):
    """A call, mail, meeting … with one account and any number of its people."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="interactions")
    contacts: models.ManyToManyField[Contact, InteractionContact] = models.ManyToManyField(
        Contact, through="InteractionContact", related_name="interactions"
    )
    channel = models.CharField(_("channel"), max_length=20, default=Channel.CALL)
    at = models.DateTimeField(_("when"), default=timezone.now)
    minutes = models.PositiveSmallIntegerField(_("minutes"), null=True, blank=True)
    body = models.TextField(_("what happened"), max_length=20_000)
    outcome = models.CharField(_("outcome"), max_length=200, blank=True)
    mood = models.CharField(_("mood"), max_length=10, blank=True, default="")
    need_line = models.ForeignKey(
        ProductLine,
        verbose_name=_("need spotted"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="interactions"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = InteractionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(mood__in=["", *Mood.values]), name="interaction_mood_known")
        ]
        indexes = [
            models.Index(fields=["account", "-at", "-id"], name="interaction_by_account"),
            models.Index(fields=["-at", "-id"], name="interaction_by_date"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} with {self.account_id} at {self.at:%F}"


class InteractionContact(models.Model):
    interaction = models.ForeignKey(Interaction, on_delete=models.CASCADE, related_name="people")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["interaction", "contact"], name="interaction_contact_once")
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} in {self.interaction_id}"
