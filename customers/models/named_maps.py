"""Maps of files that people keep by name."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.audit import audited


@audited()
class NamedMap(models.Model):
    """Which column holds what in files of one make; `map` is an ImportMap as JSON (`customers.imports`)."""

    importer = models.CharField(_("for"), max_length=60)
    name = models.CharField(_("name"), max_length=80)
    map: models.Field[dict[str, Any], dict[str, Any]] = models.JSONField(_("columns"), default=dict)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="named_maps"
    )
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["importer", "name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["importer", "name"],
                name="named_map_once",
                violation_error_message=_("There is a map of this name already."),
            )
        ]
        indexes = [models.Index(fields=["name", "id"], name="named_map_by_name")]

    def __str__(self) -> str:
        return self.name
