"""Maps kept by name: saved, offered again, renamed, deleted."""

from __future__ import annotations

import pytest
from django.test import Client

from crm.core.audit import audited_models
from crm.core.models import Role
from customers.models import NamedMap
from tests.factories import create_user
from tests.imports.importing import ORDER
from tests.imports.visiting import ACCOUNTS, NAMED, check, chosen, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(create_user(role=Role.ADMIN))
    return client


def test_columns_are_kept_by_name_and_offered_to_the_next_file_like_it(admin):
    check(admin, ACCOUNTS, "customers.accounts", **NAMED)
    kept = NamedMap.objects.get()
    assert kept.map["fields"] == {"external_id": "Kundennr", "name": "Firma", "city": "Ort"}

    again = "Ort;Firma;Kundennr\nSpringfield;Lincoln High;C-1\n"
    page = admin.get(upload(admin, again, "customers.accounts").url)
    assert "From the ERP" in page.content.decode()
    filled = upload(admin, again, "customers.accounts", layout=str(kept.pk)).url
    assert filled.endswith(f"?map={kept.pk}")
    assert {name: chosen(admin.get(filled))[name] for name in ("column_external_id", "column_city")} == {
        "column_external_id": 3,
        "column_city": 1,
    }

    other = admin.get(upload(admin, "A;B\n1;2\n", "customers.accounts").url)
    assert "From the ERP" not in other.content.decode()
    assert upload(admin, ORDER, layout=str(kept.pk)).status_code == 422


def test_the_same_name_again_replaces_the_map(admin):
    check(admin, ACCOUNTS, "customers.accounts", **NAMED)
    check(admin, ACCOUNTS, "customers.accounts", **{**NAMED, "column_city": ""})
    assert set(NamedMap.objects.get().map["fields"]) == {"external_id", "name"}


def test_saved_maps_are_renamed_and_deleted(admin):
    assert "No saved maps yet" in admin.get("/imports/maps/").content.decode()
    check(admin, ACCOUNTS, "customers.accounts", **NAMED)
    check(admin, ACCOUNTS, "customers.accounts", **{**NAMED, "save_as": "Other"})
    kept = NamedMap.objects.get(name="From the ERP")
    assert "From the ERP" in admin.get("/imports/maps/").content.decode()
    assert "Kundennr" in admin.get(f"/imports/maps/{kept.pk}/").content.decode()

    assert admin.post(f"/imports/maps/{kept.pk}/", {"name": "Other"}).status_code == 422
    assert admin.post(f"/imports/maps/{kept.pk}/", {"name": "ERP"}).url == "/imports/maps/"
    kept.refresh_from_db()
    assert (kept.name, kept.map["name"]) == ("ERP", "ERP")
    assert audited_models()["customers.namedmap"].objects.filter(pgh_obj_id=kept.pk).count() == 2

    assert admin.post(f"/imports/maps/{kept.pk}/delete/").url == "/imports/maps/"
    assert NamedMap.objects.count() == 1
