"""What webhooks were told and what was scheduled go by setting, too."""

from __future__ import annotations

import django.core.validators
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0007_housekeeping"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="retention",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="retention",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="retention",
            name="delete_delete",
        ),
        migrations.AddField(
            model_name="retention",
            name="ticks",
            field=models.PositiveSmallIntegerField(
                default=2,
                help_text="Days that the list of scheduled work that was begun is kept.",
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(3650),
                ],
                verbose_name="schedule",
            ),
        ),
        migrations.AddField(
            model_name="retention",
            name="webhooks",
            field=models.PositiveSmallIntegerField(
                default=30,
                help_text="Days that the list of what other programs were told is kept.",
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(3650),
                ],
                verbose_name="webhooks",
            ),
        ),
        migrations.AddField(
            model_name="retentionevent",
            name="ticks",
            field=models.PositiveSmallIntegerField(
                default=2,
                help_text="Days that the list of scheduled work that was begun is kept.",
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(3650),
                ],
                verbose_name="schedule",
            ),
        ),
        migrations.AddField(
            model_name="retentionevent",
            name="webhooks",
            field=models.PositiveSmallIntegerField(
                default=30,
                help_text="Days that the list of what other programs were told is kept.",
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(3650),
                ],
                verbose_name="webhooks",
            ),
        ),
        migrations.AlterField(
            model_name="retention",
            name="clicks",
            field=models.PositiveSmallIntegerField(
                default=365,
                help_text="Days that single clicks in mails are kept; answers and figures stay.",
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(3650),
                ],
                verbose_name="clicks",
            ),
        ),
        migrations.AlterField(
            model_name="retentionevent",
            name="clicks",
            field=models.PositiveSmallIntegerField(
                default=365,
                help_text="Days that single clicks in mails are kept; answers and figures stay.",
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(3650),
                ],
                verbose_name="clicks",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="retention",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "core_retentionevent" ("api_answers", "clicks", "events", "export_files", "id", "jobs", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "refused_files", "ticks", "webhooks") SELECT new_values."api_answers", new_values."clicks", new_values."events", new_values."export_files", new_values."id", new_values."jobs", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."refused_files", new_values."ticks", new_values."webhooks" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="f8d930f0ab58d558f37cf9cce4d6bb673fa13ccf",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_84ddb",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="core_retention",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="retention",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "core_retentionevent" ("api_answers", "clicks", "events", "export_files", "id", "jobs", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "refused_files", "ticks", "webhooks") SELECT new_values."api_answers", new_values."clicks", new_values."events", new_values."export_files", new_values."id", new_values."jobs", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."refused_files", new_values."ticks", new_values."webhooks" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="8408d94851e1aa57d4b31eaa7e5b2b927b328d82",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_9a02f",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="core_retention",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="retention",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "core_retentionevent" ("api_answers", "clicks", "events", "export_files", "id", "jobs", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "refused_files", "ticks", "webhooks") SELECT old_values."api_answers", old_values."clicks", old_values."events", old_values."export_files", old_values."id", old_values."jobs", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."refused_files", old_values."ticks", old_values."webhooks" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="d5e7044925c236338ae78ad1cf733b0d31e6bc7c",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_a4ce7",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="core_retention",
                    when="AFTER",
                ),
            ),
        ),
    ]
