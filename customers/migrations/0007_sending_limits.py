"""How fast mail may leave, and providers that do not take any."""

from __future__ import annotations

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0005_named_maps"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        migrations.CreateModel(
            name="Breaker",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("provider", models.CharField(max_length=254, unique=True)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("why", models.CharField(max_length=300)),
                ("opened_at", models.DateTimeField(null=True)),
                ("retry_at", models.DateTimeField(null=True)),
                ("probes", models.PositiveSmallIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="SendingLimit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "scope",
                    models.CharField(choices=[("sender", "Sender"), ("provider", "Provider")], max_length=10),
                ),
                ("name", models.CharField(max_length=254)),
                (
                    "messages",
                    models.PositiveIntegerField(
                        validators=[django.core.validators.MinValueValidator(1)], verbose_name="messages"
                    ),
                ),
                (
                    "period",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "a second"), (60, "a minute"), (3600, "an hour")],
                        default=1,
                        verbose_name="in",
                    ),
                ),
                (
                    "burst",
                    models.PositiveIntegerField(default=0, verbose_name="more at once after a quiet time"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SendingLimitEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "scope",
                    models.CharField(choices=[("sender", "Sender"), ("provider", "Provider")], max_length=10),
                ),
                ("name", models.CharField(max_length=254)),
                (
                    "messages",
                    models.PositiveIntegerField(
                        validators=[django.core.validators.MinValueValidator(1)], verbose_name="messages"
                    ),
                ),
                (
                    "period",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "a second"), (60, "a minute"), (3600, "an hour")],
                        default=1,
                        verbose_name="in",
                    ),
                ),
                (
                    "burst",
                    models.PositiveIntegerField(default=0, verbose_name="more at once after a quiet time"),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddConstraint(
            model_name="breaker",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("opened_at", None), ("retry_at", None)),
                    models.Q(("opened_at__isnull", False), ("retry_at__isnull", False)),
                    _connector="OR",
                ),
                name="breaker_open_has_next_try",
            ),
        ),
        migrations.CreateModel(
            name="SendingPace",
            fields=[
                (
                    "limit",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="pace",
                        serialize=False,
                        to="customers.sendinglimit",
                    ),
                ),
                ("free_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.AddConstraint(
            model_name="sendinglimit",
            constraint=models.UniqueConstraint(fields=("scope", "name"), name="sending_limit_once"),
        ),
        migrations.AddConstraint(
            model_name="sendinglimit",
            constraint=models.CheckConstraint(
                condition=models.Q(("messages__gt", 0), ("period__gt", 0)),
                name="sending_limit_lets_some_through",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="sendinglimit",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_sendinglimitevent" ("burst", "id", "messages", "name", "period", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "scope") SELECT new_values."burst", new_values."id", new_values."messages", new_values."name", new_values."period", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."scope" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="3e47c1f34c937493a81b3b5a9162d1ce095ee174",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_62dbb",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="customers_sendinglimit",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="sendinglimit",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_sendinglimitevent" ("burst", "id", "messages", "name", "period", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "scope") SELECT new_values."burst", new_values."id", new_values."messages", new_values."name", new_values."period", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."scope" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="20517237b50c5002152c96488eebfa307c095cf3",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_5a1f6",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="customers_sendinglimit",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="sendinglimit",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_sendinglimitevent" ("burst", "id", "messages", "name", "period", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "scope") SELECT old_values."burst", old_values."id", old_values."messages", old_values."name", old_values."period", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."scope" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="e7ed292ca645cc2f58697843f4a3eca56a89c412",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_1a22b",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="customers_sendinglimit",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="sendinglimitevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="sendinglimitevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="audit_rows",
                to="customers.sendinglimit",
            ),
        ),
    ]
