"""A book of the files that people take out."""

from __future__ import annotations

import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0002_throttle_counts"),
    ]

    operations = [
        migrations.CreateModel(
            name="Download",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("kind", models.CharField(max_length=20)),
                ("subject", models.BigIntegerField(null=True)),
                ("rows", models.PositiveIntegerField()),
                ("filters", models.JSONField(default=dict)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="download",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["customers", "person", "refused"])),
                name="download_kind_known",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="download",
            trigger=pgtrigger.compiler.Trigger(
                name="download_immutable",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n            IF current_setting('perennial.unlocked', true) = 'on' THEN\n                IF TG_OP = 'DELETE' THEN RETURN OLD; ELSE RETURN NEW; END IF;\n            END IF;\n            \n            RAISE EXCEPTION '% rows cannot be changed or deleted', TG_TABLE_NAME\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'download_immutable';\n        ",
                    hash="4855a26c3fb412f061e038a8f542fb3177f42697",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_download_immutable_215a6",
                    table="core_download",
                    when="BEFORE",
                ),
            ),
        ),
    ]
