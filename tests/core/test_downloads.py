"""What leaves the house as a file is written down."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from crm.core.immutable import unlocked
from crm.core.models import Download, Role, User
from customers.services.privacy import erase_contact
from tests.factories import create_account, create_contact, create_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client) -> User:
    person = create_user(role=Role.ADMIN, name="Ada Admin")
    client.force_login(person)
    return person


def test_a_list_of_customers(client: Client, admin: User):
    for name in ("Oak One", "Oak Two", "Elm"):
        create_account(name=name, owner=admin)

    client.get("/customers/export/?q=oak&mine=1&kind=company&quiet=&sort=newest&nonsense=1")

    taken = Download.objects.get()
    assert (taken.user, taken.kind, taken.rows) == (admin, "customers", 2)
    assert taken.filters == {"Search": "oak", "Mine": "yes", "Kind": "Company"}


def test_a_filter_by_somebody_is_kept_in_words(client: Client, admin: User):
    top = create_account(name="Oak", owner=admin)
    create_account(name="Twig", parent=top)

    client.get(f"/customers/export/?owner={admin.pk}&parent={top.pk}&quiet=6")

    assert Download.objects.get().filters == {
        "Owner": f"Ada Admin ({admin.pk})",
        "Parent": f"Oak ({top.pk})",
        "Quiet": "6 months",
    }


def test_a_persons_copy(client: Client, admin: User):
    contact = create_contact()

    copy = client.get(f"/contacts/{contact.pk}/copy/").json()

    taken = Download.objects.get()
    assert (taken.user, taken.kind, taken.subject) == (admin, "person", contact.pk)
    assert taken.rows == sum(map(len, copy.values())) > 0


@pytest.mark.parametrize("path", ["/customers/export/", "/contacts/{}/copy/"])
def test_only_what_is_handed_over_counts(client: Client, admin: User, path: str):
    contact = create_contact()

    for method in (client.head, client.post):
        assert method(path.format(contact.pk)).status_code == 405

    assert not Download.objects.exists()


def test_who_may_not_take_it_leaves_no_row(client: Client):
    client.force_login(create_user(role=Role.ACCOUNT_MANAGER))

    assert client.get(f"/contacts/{create_contact().pk}/copy/").status_code == 403
    assert not Download.objects.exists()


def test_admins_read_it_in_words(client: Client, admin: User):
    create_account(name="Oak")
    client.get("/customers/export/?q=oak&kind=company")

    page = client.get("/audit/downloads/").content.decode()

    assert "Ada Admin" in page
    assert "List of customers" in page
    assert "Kind: Company · Search: oak" in page
    client.force_login(create_user(role=Role.MARKETER))
    assert client.get("/audit/downloads/").status_code == 403


def test_the_page_before_the_first(client: Client, admin: User):
    assert "Nobody took a file yet" in client.get("/audit/downloads/").content.decode()


def test_rows_stay_as_they_are(client: Client, admin: User):
    client.get("/customers/export/")
    for change in (Download.objects.all().delete, lambda: Download.objects.update(rows=0)):
        with pytest.raises(IntegrityError, match="cannot be changed"), transaction.atomic():
            change()


def test_an_inner_key_does_not_lock_the_outer_one(client: Client, admin: User):
    client.get("/customers/export/")
    with unlocked():
        with unlocked():
            Download.objects.update(rows=1)
        Download.objects.update(rows=2)
    with pytest.raises(IntegrityError, match="cannot be changed"), transaction.atomic():
        Download.objects.update(rows=3)


def test_words_about_an_erased_person_go_here_too(client: Client, admin: User):
    contact = create_contact(first_name="Zebulon", last_name="Quist")
    client.get("/customers/export/?q=Quist")
    client.get("/customers/export/?q=oak")

    erase_contact(contact=contact, actor=admin)

    assert [taken.filters for taken in Download.objects.order_by("pk")] == [{}, {"Search": "oak"}]
