"""How often somebody knocks: callers of the API, and of the pages behind customers' links."""

from __future__ import annotations

from django.db import models


class ThrottleCount(models.Model):
    """Calls under one key in the window of time that ends then, counted by one atomic statement."""

    key = models.CharField(max_length=120)
    ends_at = models.DateTimeField()
    calls = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "ends_at"], name="throttle_count_once")]
        indexes = [models.Index(fields=["ends_at"], name="throttle_count_by_age")]

    def __str__(self) -> str:
        return f"{self.calls} of {self.key} until {self.ends_at:%F %T}"
