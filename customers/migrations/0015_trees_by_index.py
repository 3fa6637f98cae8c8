"""What is below an account is read from an index alone."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0014_queue_at_size"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="accountlink",
            index=models.Index(fields=["ancestor", "descendant"], include=("depth",), name="account_below"),
        ),
        migrations.AlterField(
            model_name="accountlink",
            name="ancestor",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="downward",
                to="customers.account",
            ),
        ),
    ]
