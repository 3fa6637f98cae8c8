import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0007_housekeeping"),
        ("customers", "0003_mail_feedback"),
    ]

    operations = [
        migrations.CreateModel(
            name="FormerRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("model", models.CharField(max_length=60)),
                ("key", models.UUIDField()),
                ("row_id", models.BigIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("model", "key"), name="former_row_by_key"),
                    models.UniqueConstraint(fields=("model", "row_id"), name="former_row_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("model", models.CharField(max_length=60)),
                ("row_id", models.BigIntegerField()),
                ("action", models.CharField(max_length=8)),
                ("key", models.UUIDField(null=True)),
                ("old", models.JSONField(default=dict)),
                ("new", models.JSONField(default=dict)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "job",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="import_changes",
                        to="core.job",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["job", "model", "action"], name="import_change_of_job"),
                    models.Index(fields=["model", "row_id"], name="import_change_of_row"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("action__in", ["added", "changed"])),
                        name="import_change_action_known",
                    )
                ],
            },
        ),
    ]
