"""Who is asked, about what, and until when."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.db import models
from django.db.models import DecimalField, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models import Account, Contact, Purchase, Return
from customers.models.visibility import CustomerQuerySet
from surveys.models.surveys import Survey


class InvitationQuerySet(CustomerQuerySet["Invitation"]):
    def unanswered(self) -> Self:
        return self.filter(state__in=Invitation.WAITING)

    def wholly_returned(self) -> Self:
        """Whose purchase came back for as much as it had cost."""
        back = (
            Return.objects.filter(purchase=OuterRef("purchase"))
            .order_by()
            .values("purchase")
            .annotate(back=Sum("total"))
            .values("back")
        )
        came_back = Coalesce(Subquery(back), 0, output_field=DecimalField())
        return self.alias(came_back=came_back).filter(
            purchase__total__gt=0, came_back__gte=models.F("purchase__total")
        )

    def wanted(self) -> Self:
        """Still worth a mail: running survey, no answer, not expired, and something delivered and kept."""
        return (
            self.unanswered()
            .filter(Q(purchase=None) | Q(purchase__delivered_at__isnull=False))
            .filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()), survey__state=Survey.State.RUNNING)
            .exclude(pk__in=Invitation.objects.wholly_returned().values("pk"))
        )

    def asked_around(self, moment: dt.datetime, *, days: int) -> Self:
        """Invitations that fall within so many days of a moment, those that were not asked aside."""
        span = dt.timedelta(days=days)
        return self.exclude(state=Invitation.State.CANCELLED).filter(
            due_at__gt=moment - span, due_at__lt=moment + span
        )


class Invitation(models.Model):
    """One person asked about one purchase. Its token is made from the id; only the token's hash is kept."""

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        OPEN = "open", _("asked")
        ANSWERED = "answered", _("answered")
        EXPIRED = "expired", _("expired")
        CANCELLED = "cancelled", _("not asked")

    WAITING = (State.PLANNED, State.OPEN)
    IMPORTED = "imported"  # as `reason`: an answer came by file, and nobody was asked by us

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="invitations", db_index=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="survey_invitations")
    contact = models.ForeignKey(
        Contact, on_delete=models.CASCADE, related_name="survey_invitations", db_index=False
    )
    purchase = models.ForeignKey(
        Purchase, null=True, on_delete=models.SET_NULL, related_name="survey_invitations"
    )
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    state = models.CharField(max_length=10, default=State.PLANNED)
    reason = models.CharField(max_length=40, blank=True)
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["survey", "purchase"], name="invitation_once_per_purchase"),
            models.CheckConstraint(
                condition=Q(state__in=["planned", "open", "answered", "expired", "cancelled"]),
                name="invitation_state_known",
            ),
        ]
        indexes = [
            models.Index(fields=["contact", "-due_at"], name="invitation_by_contact"),
            models.Index(fields=["survey", "-due_at"], name="invitation_by_survey"),
            models.Index(
                fields=["expires_at"],
                name="invitation_unanswered",
                condition=Q(state__in=["planned", "open"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} about {self.purchase_id}: {self.state}"
