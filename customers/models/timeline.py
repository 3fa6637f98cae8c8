"""One row per thing that happened to an account. Rows hold ids; personal words sit beside them, erasable."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from crm.core.immutable import immutable
from customers.models import names
from customers.models.accounts import Account
from customers.models.contacts import Contact
from customers.models.trees import Place, newest_below
from customers.models.visibility import CustomerQuerySet

NAMED = (
    *("kind", "at", "link", "data"),
    *names.of_account(),
    *names.of_contact(),
    *names.of_user("actor"),
)


class TimelineQuerySet(CustomerQuerySet["TimelineEntry"]):
    def for_reading(self) -> Self:
        """With everything a line of the timeline shows."""
        return self.select_related("account", "contact", "actor", "words").only(*NAMED, "words__text")

    def with_names(self) -> Self:
        """With what a title needs, and no more of those whom it names."""
        return self.select_related("account", "contact", "actor").only(*NAMED)

    def newest_of_tree(self, account_id: int, *, before: Place, kinds: list[str] | None, limit: int) -> Self:
        """The newest rows of an account and all below it before a place, of these kinds (None: of all)."""
        found = newest_below(
            self.model, account_id, moment="at", before=before, limit=limit, column="kind", among=kinds
        )
        return self.filter(pk__in=found).order_by("-at", "-id")


class TimelineEntry(models.Model):
    """`data` holds ids and plain figures, in the shape its kind's title function expects (`TimelineKind`).

    `key` makes writing it twice harmless, for example `purchase.recorded:12`.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="timeline", db_index=False)
    contact = models.ForeignKey(Contact, null=True, on_delete=models.SET_NULL, related_name="timeline")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    kind = models.CharField(max_length=60)
    at = models.DateTimeField(default=timezone.now)
    link = models.CharField(max_length=200, blank=True)
    data = models.JSONField(default=dict)
    key = models.CharField(max_length=120, null=True, unique=True)

    objects = TimelineQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["account", "-at", "-id"], name="timeline_by_account"),
            models.Index(fields=["-at", "-id"], name="timeline_by_date"),
        ]
        triggers = [immutable("timeline")]

    def __str__(self) -> str:
        return f"{self.kind} at {self.at:%F}"


class TimelineWords(models.Model):
    """What a person said or wrote, beside the entry that never changes."""

    entry = models.OneToOneField(
        TimelineEntry, primary_key=True, on_delete=models.CASCADE, related_name="words"
    )
    text = models.TextField()

    def __str__(self) -> str:
        return self.text[:60]
