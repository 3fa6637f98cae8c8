"""Contacts that were there before the trigger get the row that claims lock."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0015_trees_by_index"),
    ]

    operations = [
        migrations.RunSQL(
            """
            INSERT INTO customers_contacttouch (contact_id)
            SELECT id FROM customers_contact c
            WHERE NOT EXISTS (SELECT 1 FROM customers_contacttouch t WHERE t.contact_id = c.id)
            ON CONFLICT DO NOTHING
            """,
            migrations.RunSQL.noop,
        ),
    ]
