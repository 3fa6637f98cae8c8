"""What presses most is read in its order, however much is open."""

from __future__ import annotations

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("customers", "0011_scheduled_imports")]

    operations = [
        AddIndexConcurrently(
            "task",
            models.Index(
                fields=["owner", "-is_urgent", "due_at", "id"],
                name="task_pressing",
                condition=models.Q(state="open"),
            ),
        )
    ]
