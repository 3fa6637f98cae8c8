"""Bounces and complaints themselves are kept for a time that is set."""

from __future__ import annotations

import django.core.validators
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0008_retention"),
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
            name="mail_reports",
            field=models.PositiveSmallIntegerField(
                default=730,
                help_text="Days that bounces and complaints are kept; what follows from them stays.",
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(3650),
                ],
                verbose_name="reports about mail",
            ),
        ),
        migrations.AddField(
            model_name="retentionevent",
            name="mail_reports",
            field=models.PositiveSmallIntegerField(
                default=730,
                help_text="Days that bounces and complaints are kept; what follows from them stays.",
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(3650),
                ],
                verbose_name="reports about mail",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="retention",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "core_retentionevent" ("api_answers", "clicks", "events", "export_files", "id", "jobs", "mail_reports", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "refused_files", "ticks", "webhooks") SELECT new_values."api_answers", new_values."clicks", new_values."events", new_values."export_files", new_values."id", new_values."jobs", new_values."mail_reports", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."refused_files", new_values."ticks", new_values."webhooks" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="310845127ecb7579e7979a05de350ffc50e9e877",
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
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "core_retentionevent" ("api_answers", "clicks", "events", "export_files", "id", "jobs", "mail_reports", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "refused_files", "ticks", "webhooks") SELECT new_values."api_answers", new_values."clicks", new_values."events", new_values."export_files", new_values."id", new_values."jobs", new_values."mail_reports", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."refused_files", new_values."ticks", new_values."webhooks" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="a4a793e2b321f1b9987de612ad94a2b3686d71b2",
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
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "core_retentionevent" ("api_answers", "clicks", "events", "export_files", "id", "jobs", "mail_reports", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "refused_files", "ticks", "webhooks") SELECT old_values."api_answers", old_values."clicks", old_values."events", old_values."export_files", old_values."id", old_values."jobs", old_values."mail_reports", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."refused_files", old_values."ticks", old_values."webhooks" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="f278949fab4b218fc2d77f7c7b3e0698d45d9298",
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
