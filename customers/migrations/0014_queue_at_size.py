"""The queue at the size of millions: checked for all rows at once, read by kind, touch rows at hand."""

from __future__ import annotations

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0013_message_guards"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="message",
            name="message_points_somewhere",
        ),
        migrations.RemoveIndex(
            model_name="message",
            name="message_due",
        ),
        migrations.AlterField(
            model_name="message",
            name="account",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="messages",
                to="customers.account",
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="contact",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="messages",
                to="customers.contact",
            ),
        ),
        migrations.AlterField(
            model_name="touch",
            name="contact",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="touches",
                to="customers.contact",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("state__in", ["planned", "deferred"])),
                fields=["kind", "due_at", "id"],
                name="message_due",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="account",
            trigger=pgtrigger.compiler.Trigger(
                name="needed_by_messages",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    constraint="CONSTRAINT",
                    func="\n            IF EXISTS (SELECT 1 FROM customers_message WHERE account_id = OLD.id) THEN\n                RAISE EXCEPTION 'messages still point to row % of %', OLD.id, TG_TABLE_NAME\n                    USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'needed_by_messages';\n            END IF;\n            RETURN NULL;\n        ",
                    hash="13bcccc7d297ec064311b61227971852dc9ef4cc",
                    operation="DELETE",
                    pgid="pgtrigger_needed_by_messages_9b5d7",
                    table="customers_account",
                    timing="DEFERRABLE INITIALLY DEFERRED",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="contact",
            trigger=pgtrigger.compiler.Trigger(
                name="needed_by_messages",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    constraint="CONSTRAINT",
                    func="\n            IF EXISTS (SELECT 1 FROM customers_message WHERE contact_id = OLD.id) THEN\n                RAISE EXCEPTION 'messages still point to row % of %', OLD.id, TG_TABLE_NAME\n                    USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'needed_by_messages';\n            END IF;\n            RETURN NULL;\n        ",
                    hash="cf7f8c4a38d288451c8157aa86271e770afc6f59",
                    operation="DELETE",
                    pgid="pgtrigger_needed_by_messages_3d441",
                    table="customers_contact",
                    timing="DEFERRABLE INITIALLY DEFERRED",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="contact",
            trigger=pgtrigger.compiler.Trigger(
                name="contact_has_touch_row",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n            INSERT INTO customers_contacttouch (contact_id) SELECT id FROM added;\n            RETURN NULL;\n        ",
                    hash="4afac0c122fc192d3ef481c7d7b9a1042fb1331d",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_contact_has_touch_row_7ff64",
                    referencing="REFERENCING NEW TABLE AS added ",
                    table="customers_contact",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="message",
            trigger=pgtrigger.compiler.Trigger(
                name="message_points_somewhere",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE ids record; there bigint;",
                    func="\n    SELECT array_agg(DISTINCT contact_id) AS contacts, array_agg(DISTINCT account_id) AS accounts,\n           array_agg(DISTINCT topic_id) AS topics, array_agg(DISTINCT content_id) AS contents,\n           array_agg(DISTINCT version_id) FILTER (WHERE version_id IS NOT NULL) AS versions\n    INTO ids FROM added;\n\n    EXECUTE 'SELECT count(*) FROM (SELECT FROM customers_contact WHERE id = ANY ($1) FOR KEY SHARE) there'\n    INTO there USING ids.contacts;\n    IF there < cardinality(ids.contacts) THEN \n        RAISE EXCEPTION 'a message points to something that is not there'\n            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'message_points_somewhere';\n\n    END IF;\n\n    EXECUTE 'SELECT count(*) FROM (SELECT FROM customers_account WHERE id = ANY ($1) FOR KEY SHARE) there'\n    INTO there USING ids.accounts;\n    IF there < cardinality(ids.accounts) THEN \n        RAISE EXCEPTION 'a message points to something that is not there'\n            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'message_points_somewhere';\n\n    END IF;\n\n    EXECUTE 'SELECT count(*) FROM (SELECT FROM customers_topic WHERE slug = ANY ($1) ) there'\n    INTO there USING ids.topics;\n    IF there < cardinality(ids.topics) THEN \n        RAISE EXCEPTION 'a message points to something that is not there'\n            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'message_points_somewhere';\n\n    END IF;\n\n    EXECUTE 'SELECT count(*) FROM (SELECT FROM customers_content WHERE id = ANY ($1) ) there'\n    INTO there USING ids.contents;\n    IF there < cardinality(ids.contents) THEN \n        RAISE EXCEPTION 'a message points to something that is not there'\n            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'message_points_somewhere';\n\n    END IF;\n\n    EXECUTE 'SELECT count(*) FROM (SELECT FROM customers_contentversion WHERE id = ANY ($1) ) there'\n    INTO there USING ids.versions;\n    IF there < cardinality(ids.versions) THEN \n        RAISE EXCEPTION 'a message points to something that is not there'\n            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'message_points_somewhere';\n\n    END IF;\nRETURN NULL;",
                    hash="fe0bba9c43154973e2a55f54e12741ab71d8c619",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_message_points_somewhere_8727b",
                    referencing="REFERENCING NEW TABLE AS added ",
                    table="customers_message",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="message",
            trigger=pgtrigger.compiler.Trigger(
                name="message_moves_to_contact",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.contact_id <> NEW.contact_id)",
                    func="\n    PERFORM 1 FROM customers_contact WHERE id = NEW.contact_id FOR KEY SHARE;\n    IF NOT FOUND THEN \n        RAISE EXCEPTION 'a message points to something that is not there'\n            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'message_points_somewhere';\n\n    END IF;\n    RETURN NULL;\n        ",
                    hash="ee665c44d36a4154b456394fc8d2f365ef129abf",
                    operation='UPDATE OF "contact_id"',
                    pgid="pgtrigger_message_moves_to_contact_62140",
                    table="customers_message",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="message",
            trigger=pgtrigger.compiler.Trigger(
                name="message_moves_to_account",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.account_id <> NEW.account_id)",
                    func="\n    PERFORM 1 FROM customers_account WHERE id = NEW.account_id FOR KEY SHARE;\n    IF NOT FOUND THEN \n        RAISE EXCEPTION 'a message points to something that is not there'\n            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'message_points_somewhere';\n\n    END IF;\n    RETURN NULL;\n        ",
                    hash="af2301b24df63ea4c4bdd8298f1a4b4cf56cfdcd",
                    operation='UPDATE OF "account_id"',
                    pgid="pgtrigger_message_moves_to_account_88952",
                    table="customers_message",
                    when="AFTER",
                ),
            ),
        ),
    ]
