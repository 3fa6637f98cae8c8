"""Files with customers' data that somebody took out."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.immutable import immutable


class Download(models.Model):
    """Who took what, when, and how much of it. Rows are never changed: triggers see to it."""

    class Kind(models.TextChoices):
        CUSTOMERS = "customers", _("List of customers")
        PERSON = "person", _("Copy of a person's data")
        REFUSED = "refused", _("Refused rows of an import")
        EXPORT = "export", _("Export")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=20)
    subject = models.BigIntegerField(null=True)  # number of the contact or job; plain, for it outlives them
    rows = models.PositiveIntegerField()
    filters = models.JSONField(default=dict)  # filter → chosen value, in words

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["customers", "person", "refused", "export"]),
                name="download_kind_known",
            )
        ]
        triggers = [immutable("download")]

    def __str__(self) -> str:
        return f"{self.kind_label}: {self.rows}"

    @property
    def kind_label(self) -> str:
        return str(self.Kind(self.kind).label)
