"""A copy of one's data, and being forgotten: everywhere, audit history included."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from crm.core.models import ApiToken, IdempotencyRecord, Role
from customers.models import Contact, Purchase
from customers.services.contacts import update_contact
from customers.services.interactions import log_interaction
from customers.services.privacy import erase_contact
from customers.services.tasks import finish_task
from tests.factories import create_contact, create_purchase, create_task, create_user
from tests.stored import everything_stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def contact() -> Contact:
    contact = create_contact(
        first_name="Zebulon", last_name="Quist", email="zebulon@quist.example", phone="555 0199"
    )
    create_purchase(contact=contact)
    log_interaction(
        account=contact.account,
        author=create_user(),
        channel="call",
        body="Zebulon wants a quieter floor.",
        contacts=[contact],
    )
    task = create_task(account=contact.account, contact=contact, title="Call Zebulon Quist")
    finish_task(task=task, by=create_user(), outcome="Zebulon was glad.")
    contact.job_title = "Coach"
    contact.save()
    return contact


def test_a_copy_holds_what_we_hold(client: Client, contact):
    client.force_login(create_user(role=Role.ADMIN))

    answer = client.get(f"/contacts/{contact.pk}/copy/")

    assert answer["Content-Disposition"] == f'attachment; filename="person-{contact.pk}.json"'
    copy = answer.json()
    assert copy["customers.Contact"][0]["email"] == "zebulon@quist.example"
    assert copy["customers.Interaction"][0]["body"] == "Zebulon wants a quieter floor."
    assert len(copy["customers.Purchase"]) == 1


def test_erasing_leaves_no_word_in_any_table(client: Client, contact):
    assert "Zebulon" in everything_stored()
    client.force_login(create_user(role=Role.ADMIN))

    client.post(f"/contacts/{contact.pk}/erase/", {"name": "Zebulon Quist"})

    stored = everything_stored()
    for word in ("Zebulon", "zebulon", "Quist", "555 0199", "quieter floor", "Coach"):
        assert word not in stored
    assert Purchase.objects.get().contact_id == contact.pk
    contact.refresh_from_db()
    assert contact.full_name == "Erased person"
    assert client.get(f"/contacts/{contact.pk}/erase/").status_code == 404


def test_the_history_of_the_account_can_still_be_read(client: Client, contact):
    admin = create_user(role=Role.ADMIN)
    erase_contact(contact=contact, actor=admin)
    client.force_login(admin)

    assert "A task was done" in client.get(contact.account.get_absolute_url()).content.decode()


def test_who_was_reading_meanwhile_brings_no_word_back(contact):
    before = Contact.objects.get(pk=contact.pk)
    erase_contact(contact=contact, actor=create_user())

    with pytest.raises(ValidationError, match="erased"):
        update_contact(contact=before, phone="555 0199")

    contact.refresh_from_db()
    assert contact.erased_at
    assert contact.phone == ""


def test_the_name_must_be_typed(client: Client, contact):
    client.force_login(create_user(role=Role.ADMIN))

    answer = client.post(f"/contacts/{contact.pk}/erase/", {"name": "Zeb"})

    assert "This is not the name above" in answer.content.decode()
    contact.refresh_from_db()
    assert contact.erased_at is None


@pytest.mark.parametrize("role", [Role.ACCOUNT_MANAGER, Role.SERVICE_REP, Role.MARKETER])
def test_only_admins(client: Client, contact, role):
    client.force_login(create_user(role=role))

    assert client.get(f"/contacts/{contact.pk}/copy/").status_code == 403
    assert client.post(f"/contacts/{contact.pk}/erase/", {"name": "Zebulon Quist"}).status_code == 403


def test_answers_kept_for_repeated_requests_go_too(client: Client, contact):
    token, _secret = ApiToken.issue(user=create_user(), name="Shop", scopes=["contacts:read"])
    for key, body in (("theirs", {"last_name": "Quist"}), ("other", {"last_name": "Other"})):
        IdempotencyRecord.objects.create(token=token, key=key, request_digest="x", status=201, body=body)

    erase_contact(contact=contact, actor=create_user())

    assert [record.key for record in IdempotencyRecord.objects.all()] == ["other"]


@pytest.mark.parametrize(("role", "shown"), [(Role.ADMIN, True), (Role.SERVICE_REP, False)])
def test_only_admins_find_the_copy_and_the_eraser(client: Client, contact, role, shown):
    client.force_login(create_user(role=role))

    page = client.get(f"/contacts/{contact.pk}/").content.decode()

    assert (f'href="/contacts/{contact.pk}/copy/"' in page) is shown
    assert (f'href="/contacts/{contact.pk}/erase/"' in page) is shown


def test_an_erased_person_has_neither(client: Client, contact):
    erase_contact(contact=contact, actor=create_user())
    client.force_login(create_user(role=Role.ADMIN))

    page = client.get(f"/contacts/{contact.pk}/").content.decode()

    assert f'href="/contacts/{contact.pk}/copy/"' not in page
    assert f'href="/contacts/{contact.pk}/erase/"' not in page


def test_what_is_held_is_named_in_words(client: Client, contact):
    client.force_login(create_user(role=Role.ADMIN))

    page = client.get(f"/contacts/{contact.pk}/erase/").content.decode()

    assert "1 × contact" in page
    assert "customers." not in page.split("We hold:")[1].split("</p>")[0]
