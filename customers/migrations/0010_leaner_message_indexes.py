"""A message changes its state three times, and each time writes to all of its indexes: four fewer of them.

The newest first is the primary key read backwards; nobody looks for messages by topic, or for a part of a key.
Topics, contents and their versions are never taken away, so a million messages need not be checked for them.
"""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0008_clicks"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="message", name="message_newest"),
        migrations.AlterField(
            model_name="message",
            name="topic",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="customers.topic",
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="content",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="customers.content",
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="version",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="customers.contentversion",
            ),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    """
                    ALTER TABLE customers_message RENAME CONSTRAINT customers_message_key_key TO message_key_once;
                    DROP INDEX customers_message_key_ea4f0c8a_like
                    """,
                    """
                    ALTER TABLE customers_message RENAME CONSTRAINT message_key_once TO customers_message_key_key;
                    CREATE INDEX customers_message_key_ea4f0c8a_like
                        ON customers_message (key varchar_pattern_ops)
                    """,
                )
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="message", name="key", field=models.CharField(max_length=120)
                ),
                migrations.AddConstraint(
                    model_name="message",
                    constraint=models.UniqueConstraint(fields=["key"], name="message_key_once"),
                ),
            ],
        ),
    ]
