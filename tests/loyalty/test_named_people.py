"""Somebody whom a customer recommended asks what we know about them, and to be forgotten."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from crm.core.models import ApiToken, IdempotencyRecord, Role
from customers.models import Contact, Task, TimelineEntry
from customers.services.privacy import erase_contact, export_contact
from customers.services.tasks import finish_task, snooze_task
from loyalty.asking import link_of
from loyalty.models import Referral
from loyalty.referring import NamedPerson, refer
from tests.factories import create_contact, create_task, create_user
from tests.stored import everything_stored

pytestmark = pytest.mark.django_db
PAGE = "/settings/privacy/"
ADDRESS = "zebulon@quist.example"
WORDS = ("Zebulon", "zebulon", "Quist", "quist", "555 0199", "quieter floor")


def name_them(contact: Contact, **words: Any) -> Referral:
    person = NamedPerson(
        **{
            "name": "Zebulon Quist",
            "email": "Zebulon+work@Quist.example",
            "phone": "555 0199",
            "message": "They want a quieter floor.",
            **words,
        }
    )
    return refer(link=link_of(contact), person=person, consent="Yes", address="192.0.2.7")


@pytest.fixture
def referral() -> Referral:
    return name_them(create_contact(first_name="Dana"))


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(create_user(role=Role.ADMIN))
    return client


def test_it_works(admin: Client, referral: Referral) -> None:
    assert "Privacy requests" in admin.get("/settings/").text
    assert 'name="email"' in admin.get(PAGE).text

    found = admin.post(PAGE, {"email": " ZEBULON@quist.example "})
    assert found.status_code == 200
    assert "Recommended to us by customers: 1" in found.text

    copy = admin.post(f"{PAGE}copy/", {"email": ADDRESS})
    assert copy["Content-Disposition"] == 'attachment; filename="person.json"'
    (row,) = copy.json()["Recommended to us by customers"]
    assert (row["name"], row["message"]) == ("Zebulon Quist", "They want a quieter floor.")
    assert row["account__name"] == referral.account.name

    erased = admin.post(PAGE, {"email": ADDRESS, "typed": ADDRESS}, follow=True)
    assert "Every word of others about this person is erased." in erased.text
    assert "We hold nothing under this address." in admin.post(PAGE, {"email": ADDRESS}).text
    assert "Erased person" in admin.get("/loyalty/referrals/").text


def test_no_word_is_left_in_any_table_and_the_row_keeps_the_rest(admin: Client, referral: Referral) -> None:
    task = Task.objects.get(kind="thank")
    assert "Zebulon" in task.title
    snooze_task(task=task, until=referral.at.replace(year=2999), reason="Quist is away", by=create_user())
    finish_task(task=task, by=create_user(), outcome="Thanked for Zebulon.")
    token, _secret = ApiToken.issue(user=create_user(), name="Shop", scopes=["tasks:read"])
    IdempotencyRecord.objects.create(
        token=token, key="a", request_digest="x", status=201, body={"title": task.title}
    )
    bystander = create_task(account=referral.account, title="Call Dana")
    finish_task(task=bystander, by=create_user(), outcome="Called.")
    before = {**Referral.objects.values().get()}
    stored = everything_stored()
    assert all(word in stored for word in WORDS)

    admin.post(PAGE, {"email": ADDRESS, "typed": ADDRESS})

    stored = everything_stored()
    assert [word for word in WORDS if word in stored] == []
    gone = dict.fromkeys(("name", "email", "company", "phone", "message"), "") | {"person_key": None}
    assert Referral.objects.values().get() == before | gone
    assert referral.link.code in stored
    assert "Called." in stored
    assert TimelineEntry.objects.get(data__task=bystander.pk).data["title"] == "Call Dana"


def test_others_keep_their_words(admin: Client, referral: Referral) -> None:
    other = name_them(create_contact(), name="Ann", email="ann@quist.example")

    admin.post(PAGE, {"email": ADDRESS, "typed": ADDRESS})

    other.refresh_from_db()
    assert (other.name, other.email) == ("Ann", "ann@quist.example")


def test_also_those_that_did_not_count(admin: Client, referral: Referral) -> None:
    assert name_them(create_contact()).state == Referral.State.REJECTED

    assert "Recommended to us by customers: 2" in admin.post(PAGE, {"email": ADDRESS}).text
    admin.post(PAGE, {"email": ADDRESS, "typed": ADDRESS})

    assert set(Referral.objects.values_list("name", "person_key")) == {("", None)}


def test_they_can_be_recommended_anew(admin: Client, referral: Referral) -> None:
    admin.post(PAGE, {"email": ADDRESS, "typed": ADDRESS})

    assert name_them(create_contact()).state == Referral.State.BOUND


def test_a_contact_of_ours_who_was_named_before_is_forgotten_there_too(referral: Referral) -> None:
    contact = create_contact(email=ADDRESS, first_name="Zebulon", last_name="Quist")
    assert len(export_contact(contact=contact)["Recommended to us by customers"]) == 1

    erase_contact(contact=contact, actor=create_user())

    referral.refresh_from_db()
    assert (referral.name, referral.state) == ("", "bound")


def test_contacts_with_the_address_are_shown(admin: Client) -> None:
    contact = create_contact(email=ADDRESS)

    page = admin.post(PAGE, {"email": ADDRESS.upper()}).text

    assert f"/contacts/{contact.pk}/copy/" in page
    assert f"/contacts/{contact.pk}/erase/" in page


def test_the_address_must_be_typed(admin: Client, referral: Referral) -> None:
    answer = admin.post(PAGE, {"email": ADDRESS, "typed": "zebulon"})

    assert answer.status_code == 422
    assert "This is not the address above." in answer.text
    referral.refresh_from_db()
    assert referral.name == "Zebulon Quist"


def test_not_an_address(admin: Client) -> None:
    assert admin.post(PAGE, {"email": "nobody"}).status_code == 422
    assert admin.post(f"{PAGE}copy/", {"email": "nobody"}).status_code == 400
    assert admin.get(f"{PAGE}copy/").status_code == 405


@pytest.mark.parametrize("role", [Role.ACCOUNT_MANAGER, Role.SERVICE_REP, Role.MARKETER])
def test_only_admins(client: Client, referral: Referral, role: str) -> None:
    client.force_login(create_user(role=role))

    assert client.post(PAGE, {"email": ADDRESS, "typed": ADDRESS}).status_code == 403
    assert client.post(f"{PAGE}copy/", {"email": ADDRESS}).status_code == 403
    assert "Privacy requests" not in client.get("/settings/").text
