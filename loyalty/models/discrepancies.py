"""Alarms of the ledger."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from loyalty.models.ledger import Member


class DiscrepancyQuerySet(models.QuerySet["Discrepancy"]):
    def open(self) -> Self:
        return self.filter(cleared_at=None)


class Discrepancy(models.Model):
    """An alarm: a kept sum that is not the sum of its parts. It stays open until a later check agrees."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="discrepancies")
    what = models.CharField(max_length=20)
    kept = models.BigIntegerField()
    counted = models.BigIntegerField()
    found_at = models.DateTimeField(default=timezone.now)
    cleared_at = models.DateTimeField(null=True)

    objects = DiscrepancyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member", "what"], name="discrepancy_open_once", condition=Q(cleared_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.what} of {self.member_id}: kept {self.kept}, counted {self.counted}"
