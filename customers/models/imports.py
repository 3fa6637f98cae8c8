"""What imports wrote, so that it can be taken back, and the ids of what was taken back."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from crm.core.models import Job


class ImportChange(models.Model):
    """One row that an import added or changed; `model` is a label like "customers.account".

    `old` and `new` hold column → value of a changed row, only the columns that changed. `key` is the digest
    of what files know an added row by. Lines of an order added as a whole, and whatever else goes with the
    row it belongs to, have none of their own.
    """

    class Action(models.TextChoices):
        ADDED = "added"
        CHANGED = "changed"

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="import_changes", db_index=False)
    model = models.CharField(max_length=60)
    row_id = models.BigIntegerField()
    action = models.CharField(max_length=8)
    key = models.UUIDField(null=True)
    old: models.Field[dict[str, object], dict[str, object]] = models.JSONField(default=dict)
    new: models.Field[dict[str, object], dict[str, object]] = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(action__in=["added", "changed"]), name="import_change_action_known"
            )
        ]
        indexes = [
            models.Index(fields=["job", "model", "action"], name="import_change_of_job"),
            models.Index(fields=["model", "row_id"], name="import_change_of_row"),
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.row_id} {self.action} by {self.job_id}"


class FormerRow(models.Model):
    """The id of a row that was taken back, for when a file brings it again; it says nothing else of it."""

    model = models.CharField(max_length=60)
    key = models.UUIDField()
    row_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["model", "key"], name="former_row_by_key"),
            models.UniqueConstraint(fields=["model", "row_id"], name="former_row_once"),
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.row_id}"
