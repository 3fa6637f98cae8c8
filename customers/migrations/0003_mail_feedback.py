"""What comes back after sending: events of providers and mail servers, complaints, and pauses."""

from __future__ import annotations

import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0002_purchase_number"),
        ("pghistory", "0007_auto_20250421_0444"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="MailEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("address", models.EmailField(max_length=254)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("delivered", "delivered"),
                            ("hard", "bounced for good"),
                            ("soft", "bounced for now"),
                            ("rejected", "not passed on by the provider"),
                            ("complained", "called spam"),
                            ("unsubscribed", "unsubscribed"),
                        ],
                        max_length=12,
                    ),
                ),
                ("provider", models.CharField(max_length=20)),
                ("event_id", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("detail", models.CharField(blank=True, max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name="SendingPause",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(blank=True, max_length=40)),
                (
                    "why",
                    models.CharField(
                        choices=[
                            ("manual", "Paused by us"),
                            ("complaints", "Too many people called it spam"),
                        ],
                        default="manual",
                        max_length=12,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="SendingPauseEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("kind", models.CharField(blank=True, max_length=40)),
                (
                    "why",
                    models.CharField(
                        choices=[
                            ("manual", "Paused by us"),
                            ("complaints", "Too many people called it spam"),
                        ],
                        default="manual",
                        max_length=12,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="message",
            name="complained_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("state", "sent")),
                fields=["kind", "-sent_at"],
                name="message_sent_of_kind",
            ),
        ),
        migrations.AddField(
            model_name="mailevent",
            name="contact",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="mail_events",
                to="customers.contact",
            ),
        ),
        migrations.AddField(
            model_name="mailevent",
            name="message",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="mail_events",
                to="customers.message",
            ),
        ),
        migrations.AddField(
            model_name="sendingpause",
            name="by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="sendingpause",
            name="ended_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="sendingpauseevent",
            name="by",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="sendingpauseevent",
            name="ended_by",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="sendingpauseevent",
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
            model_name="sendingpauseevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="audit_rows",
                to="customers.sendingpause",
            ),
        ),
        migrations.AddIndex(
            model_name="mailevent",
            index=models.Index(
                condition=models.Q(("kind", "soft")), fields=["address", "at"], name="mail_event_soft"
            ),
        ),
        migrations.AddIndex(
            model_name="mailevent",
            index=models.Index(fields=["-at"], name="mail_event_newest"),
        ),
        migrations.AddConstraint(
            model_name="mailevent",
            constraint=models.UniqueConstraint(fields=("provider", "event_id"), name="mail_event_once"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="mailevent",
            trigger=pgtrigger.compiler.Trigger(
                name="mail_event_immutable",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n            IF current_setting('perennial.unlocked', true) = 'on' THEN\n                IF TG_OP = 'DELETE' THEN RETURN OLD; ELSE RETURN NEW; END IF;\n            END IF;\n            \n            RAISE EXCEPTION '% rows cannot be changed or deleted', TG_TABLE_NAME\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'mail_event_immutable';\n        ",
                    hash="7fb3534af18513ba0daa4d13325e049dc47f09b4",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_mail_event_immutable_bf1f3",
                    table="customers_mailevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="sendingpause",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("kind",), name="sending_pause_once_at_a_time"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="sendingpause",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_sendingpauseevent" ("at", "by_id", "ended_at", "ended_by_id", "id", "kind", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "why") SELECT new_values."at", new_values."by_id", new_values."ended_at", new_values."ended_by_id", new_values."id", new_values."kind", new_values."note", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."why" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="ab68e6478c4f7aefa142fd968aa58571ff7d53f4",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_946c2",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="customers_sendingpause",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="sendingpause",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_sendingpauseevent" ("at", "by_id", "ended_at", "ended_by_id", "id", "kind", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "why") SELECT new_values."at", new_values."by_id", new_values."ended_at", new_values."ended_by_id", new_values."id", new_values."kind", new_values."note", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."why" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="33a4205871734e502c5744206c81feb1852f10ec",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_13634",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="customers_sendingpause",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="sendingpause",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_sendingpauseevent" ("at", "by_id", "ended_at", "ended_by_id", "id", "kind", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "why") SELECT old_values."at", old_values."by_id", old_values."ended_at", old_values."ended_by_id", old_values."id", old_values."kind", old_values."note", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."why" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="1bb9dc8d103832bf5bb443aa21109f4674aa01d6",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_5d192",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="customers_sendingpause",
                    when="AFTER",
                ),
            ),
        ),
    ]
