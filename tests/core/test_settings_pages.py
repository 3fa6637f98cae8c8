"""Settings: brand, hours, people and teams, through their pages."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from crm.core.models import Company, Role, Team, User
from tests.factories import create_team, create_user

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


@pytest.fixture
def admin(client: Client) -> User:
    admin = create_user(role=Role.ADMIN, name="Ada Admin")
    client.force_login(admin)
    return admin


def brand(**fields):
    return {"name": "Fairground", "colour": "#aa3300", "sender_name": "", "reply_to": "", **fields}


def test_it_works(client, admin):
    assert "Currency and working hours" in client.get("/settings/").content.decode()

    answer = client.post(
        "/settings/brand/", brand(logo_file=SimpleUploadedFile("logo.svg", PNG)), follow=True
    )

    assert "Saved." in answer.content.decode()
    company = Company.load()
    assert (company.name, bytes(company.logo or b""), company.logo_type) == ("Fairground", PNG, "image/png")
    assert "#aa3300" in client.get("/brand.css").content.decode()
    assert client.get("/brand/logo")["Content-Type"] == "image/png"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"colour": "red;}"}, "Six hex digits"),
        ({"logo_file": SimpleUploadedFile("logo.png", b"<svg onload=alert(1)>")}, "not a PNG"),
        ({"logo_file": SimpleUploadedFile("logo.png", PNG + b"\0" * 300_000)}, "larger than 200 KB"),
        ({"name": ""}, "This field is required"),
    ],
)
def test_bad_brands_are_refused_in_words(client, admin, fields, words):
    answer = client.post("/settings/brand/", brand(**fields))

    assert words in answer.content.decode()
    assert Company.load().name == "Perennial"


def test_hours_are_checked(client, admin):
    fields = {
        "currency": "EUR",
        "default_margin": "0.35",
        "time_zone": "Europe/Berlin",
        "workdays": ["1", "2"],
        "day_starts": "08:00",
        "day_ends": "16:30",
    }
    backwards = client.post("/settings/hours/", {**fields, "day_ends": "07:00"})
    assert "must end after it starts" in backwards.content.decode()

    client.post("/settings/hours/", fields)

    company = Company.load()
    assert (company.currency, company.time_zone, company.workdays) == ("EUR", "Europe/Berlin", [1, 2])


def test_people_are_added_without_a_password(client, admin):
    fields = {"name": "Rita Rep", "email": "RITA@example.com", "role": "service_rep", "is_active": "on"}

    client.post("/settings/people/new/", fields)
    twice = client.post("/settings/people/new/", fields)

    rita = User.objects.get(email="rita@example.com")
    assert (rita.role, rita.has_usable_password()) == ("service_rep", False)
    assert "signs in with this address already" in twice.content.decode()
    assert "Rita Rep" in client.get("/settings/people/").content.decode()


def test_the_last_admin_stays_admin(client, admin):
    fields = {"name": admin.name, "email": admin.email, "role": "marketer", "is_active": "on"}

    answer = client.post(f"/settings/people/{admin.pk}/", fields)

    assert "Somebody must stay admin" in answer.content.decode()
    admin.refresh_from_db()
    assert admin.role == Role.ADMIN


def test_teams(client, admin):
    mia, tom = create_user(name="Mia"), create_user(name="Tom")

    client.post("/settings/teams/new/", {"name": "West", "members": [mia.pk], "managers": [tom.pk]})

    team = Team.objects.get()
    assert dict(team.memberships.values_list("user__name", "is_manager")) == {"Mia": False, "Tom": True}

    client.post(f"/settings/teams/{team.pk}/", {"name": "West coast", "members": [tom.pk]})
    assert dict(team.memberships.values_list("user__name", "is_manager")) == {"Tom": False}

    client.post(f"/settings/teams/{team.pk}/delete/")
    assert not Team.objects.exists()


def test_names_stay_text(client, admin):
    create_team(name="<script>alert(1)</script>{{ 7 }}")

    words = client.get("/settings/teams/").content.decode()

    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7 }}" in words
    assert "<script>alert" not in words


def test_pages_cost_a_fixed_number_of_queries(client, admin, django_assert_max_num_queries):
    for _ in range(3):
        create_team(members=(create_user(),))
    client.get("/settings/teams/")

    for path in ("/settings/", "/settings/people/", "/settings/teams/"):
        with django_assert_max_num_queries(10):
            client.get(path)


def test_a_colour_is_tried_before_it_is_saved(client, admin):
    answer = client.get("/settings/brand/colour/", {"colour": "#f0d040"})

    assert answer.json()["shades"]["--perennial-brand"] == "#f0d040"
    assert answer.json()["worry"] is True
    assert client.get("/settings/brand/colour/", {"colour": "red;}"}).status_code == 400
    assert Company.load().colour == "#0f766e"

    client.force_login(create_user(role=Role.MARKETER))
    assert client.get("/settings/brand/colour/", {"colour": "#f0d040"}).status_code == 403
