"""Imports that come by themselves."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.audit import audited
from crm.core.models import Job
from customers.models.named_maps import NamedMap


@audited(exclude=("sealed_authorization", "due_at", "ran_at", "said", "has_failed", "etag", "last_job"))
class ImportSchedule(models.Model):
    """Where to look for new files, how often, and by which map they are imported.

    `options` are the answers to the importer's own questions. `due_at` is when it looks next, which is also
    when the lease of a worker that looks ends. `said` is what the last look came to.
    """

    class Source(models.TextChoices):
        FOLDER = "folder", _("A folder of the server")
        WEB = "web", _("An address on the web")

    class Every(models.TextChoices):
        QUARTER = "quarter", _("every 15 minutes")
        HOUR = "hour", _("every hour")
        DAY = "day", _("every day")
        WEEK = "week", _("every week")

    name = models.CharField(_("name"), max_length=80)
    kept_map = models.ForeignKey(
        NamedMap, null=True, on_delete=models.SET_NULL, related_name="schedules", verbose_name=_("columns")
    )
    options: models.Field[dict[str, Any], dict[str, Any]] = models.JSONField(_("answers"), default=dict)
    source = models.CharField(_("comes from"), max_length=6, choices=Source.choices, default=Source.FOLDER)
    folder = models.CharField(_("folder"), max_length=200, blank=True)
    pattern = models.CharField(_("files"), max_length=100, blank=True, default="*")
    url = models.CharField(_("address"), max_length=500, blank=True)
    sealed_authorization = models.TextField(blank=True, editable=False)
    every = models.CharField(_("how often"), max_length=7, choices=Every.choices, default=Every.DAY)
    at = models.TimeField(_("at"), null=True, blank=True)
    is_active = models.BooleanField(_("switched on"), default=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("runs as"),
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    due_at = models.DateTimeField(default=timezone.now, editable=False)
    ran_at = models.DateTimeField(null=True, editable=False)
    said = models.CharField(max_length=300, blank=True, editable=False)
    has_failed = models.BooleanField(default=False, editable=False)
    etag = models.CharField(max_length=200, blank=True, editable=False)
    last_job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+", editable=False)

    class Meta:
        verbose_name = _("scheduled import")
        indexes = [
            models.Index(fields=["name", "id"], name="import_schedule_by_name"),
            models.Index(fields=["due_at"], name="import_schedule_due", condition=Q(is_active=True)),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(source__in=["folder", "web"]), name="import_source_known"),
            models.CheckConstraint(
                condition=Q(every__in=["quarter", "hour", "day", "week"]), name="import_interval_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def place(self) -> str:
        return self.url if self.source == self.Source.WEB else f"{self.folder}/{self.pattern}".lstrip("/")


class TakenFile(models.Model):
    """A file that a scheduled import has seen. Two with the same digest say the same and are taken once."""

    schedule = models.ForeignKey(
        ImportSchedule, on_delete=models.CASCADE, related_name="taken_files", db_index=False
    )
    name = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField()
    changed_at = models.DateTimeField(null=True)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["schedule", "name", "digest"], name="taken_file_once"),
        ]
        indexes = [models.Index(fields=["schedule", "digest"], name="taken_file_by_digest")]

    def __str__(self) -> str:
        return self.name
