"""Clicks are found by their age, to let go of the oldest."""

from __future__ import annotations

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("surveys", "0001_initial")]

    operations = [
        AddIndexConcurrently(
            model_name="scoreclick",
            index=models.Index(fields=["at"], name="score_click_at"),
        ),
    ]
