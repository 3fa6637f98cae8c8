"""All who knock are counted in one table, tokens of the API too."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="ThrottleCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=120)),
                ("ends_at", models.DateTimeField()),
                ("calls", models.PositiveIntegerField()),
            ],
            options={
                "indexes": [models.Index(fields=["ends_at"], name="throttle_count_by_age")],
                "constraints": [
                    models.UniqueConstraint(fields=("key", "ends_at"), name="throttle_count_once")
                ],
            },
        ),
        migrations.DeleteModel(
            name="ApiUsage",
        ),
    ]
