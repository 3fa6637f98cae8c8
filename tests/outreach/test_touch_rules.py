from __future__ import annotations

import pytest
from django.test import Client

from crm.core.models import Role
from customers.models import TouchRules
from tests.factories import create_user
from tests.outreach.conftest import Planner

pytestmark = pytest.mark.django_db
FIELDS = {
    "gap_days": "5",
    "yearly_cap": "12",
    "daily_cap": "2",
    "quiet_hours": "on",
    "quiet_from": "19:30",
    "quiet_until": "07:30",
}


def signed_in(role: str) -> Client:
    client = Client()
    client.force_login(create_user(role=role))
    return client


def complete(client: Client, **changes: str) -> dict[str, str]:
    """What the form as shown would send."""
    form = client.get("/settings/touch/").context["form"]
    kinds = {bound.html_name: str(bound.value()) for bound in form.kind_fields()}
    return FIELDS | kinds | changes


def test_it_works(planner: Planner) -> None:
    client = signed_in(Role.ADMIN)
    answer = client.post("/settings/touch/", complete(client, gap_note="30"))
    assert answer.status_code == 302
    rules = TouchRules.load()
    assert (rules.gap_days, rules.yearly_cap, rules.daily_cap) == (5, 12, 2)
    assert rules.kind_gaps["note"] == 30
    assert rules.quiet_from.isoformat() == "19:30:00"
    page = client.get("/settings/touch/").content.decode()
    assert 'name="gap_ticket"' not in page


@pytest.mark.parametrize("role", [Role.ACCOUNT_MANAGER, Role.SERVICE_REP, Role.MARKETER])
def test_only_admins(db: None, role: str) -> None:
    assert signed_in(role).get("/settings/touch/").status_code == 403


@pytest.mark.parametrize(
    "junk",
    [
        {"gap_days": "-1"},
        {"gap_days": "9999"},
        {"gap_note": "x"},
        {"quiet_from": "25:00"},
        {"yearly_cap": ""},
    ],
)
def test_junk_is_refused_beside_the_field(planner: Planner, junk: dict[str, str]) -> None:
    client = signed_in(Role.ADMIN)
    answer = client.post("/settings/touch/", complete(client, **junk))
    assert answer.status_code == 200
    assert b"field-error" in answer.content
    assert TouchRules.load().gap_days == 3
