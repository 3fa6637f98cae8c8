"""Order numbers of our own begin at 20001."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE customers_purchase_number START 20001", "DROP SEQUENCE customers_purchase_number"
        )
    ]
