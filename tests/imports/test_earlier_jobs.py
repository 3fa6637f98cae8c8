"""Imports that ran before there were importers are told like any other."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.db import connection

from crm.core.models import Job, Role
from tests.factories import create_user

pytestmark = pytest.mark.django_db


def test_their_reports_become_parts(client):
    admin = create_user(role=Role.ADMIN)
    job = Job.objects.create(
        kind="customers.import_purchases",
        title="Import of old.csv",
        created_by=admin,
        state="done",
        params={
            "file": "imports/uploads/x",
            "map": {"fields": {}},
            "treat_as_new_since": "2026-03-01T00:00:00+01:00",
            "owner": None,
        },
        cursor={"stage": "report", "rows": 2, "header": []},
        report={
            "read": 2,
            "kept": 2,
            "refused": 0,
            "reasons": [],
            "changed": True,
            "customers": 1,
            "net": "3535.00",
            "accounts": {"added": 1},
            "products": {"added": 2},
            "purchases": {"added": 1, "changed": 0, "lines_added": 2, "lines_changed": 0},
            "returns": {"added": 0, "changed": 0, "lines_added": 0, "lines_changed": 0},
        },
    )
    with connection.cursor() as cursor:
        cursor.execute(import_module("customers.migrations.0005_named_maps").ONE_KIND_OF_IMPORT)

    job.refresh_from_db()
    assert (job.kind, job.params["options"]) == (
        "customers.import",
        {"treat_as_new_since": "2026-03-01", "owner": None},
    )
    assert job.params["map"]["importer"] == "customers.purchases"
    assert {part["label"]: part["added"] for part in job.report["parts"]}["Lines of orders"] == 2
    client.force_login(admin)
    page = client.get(f"/jobs/{job.pk}/").content.decode()
    assert "Lines of orders" in page
    assert "3,535.00" in page
