"""Files written by exports stand in the book of downloads."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0004_people_and_company_audit")]

    operations = [
        migrations.RemoveConstraint(model_name="download", name="download_kind_known"),
        migrations.AddConstraint(
            model_name="download",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["customers", "person", "refused", "export"])),
                name="download_kind_known",
            ),
        ),
    ]
