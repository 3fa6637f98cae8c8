"""Accounts, contacts and products by file: what is met, what changes, what is refused."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.files.storage import default_storage

from crm.core.jobs import run_slice
from customers.imports.files import keep_upload
from customers.imports.jobs import import_checked, start_import
from customers.models import (
    Account,
    AccountSummary,
    Contact,
    ImportChange,
    Product,
    ProductLine,
    TimelineEntry,
)
from customers.services.privacy import erase_contact
from tests.factories import create_account, create_contact, create_product, create_user
from tests.imports.bringing import bring, check, finish, map_for
from tests.imports.importing import parts, reasons

pytestmark = pytest.mark.django_db


ACCOUNTS = (
    "Customer number,Name,Part of,Owner,City,Customer since,Kind\n"
    "C-119,Lincoln High Gym,C-118,,Springfield,,Location\n"
    "C-118,Lincoln High,,anna@example.com,Springfield,2019-04-01,\n"
)


def test_accounts_with_their_trees():
    owner = create_user(email="Anna@example.com")

    job = bring("customers.accounts", ACCOUNTS, by=owner)

    assert parts(job) == {"Customers": (2, 0)}
    assert job.report["outcomes"] == {"new": 2}
    school, gym = Account.objects.order_by("external_id")
    assert (school.name, school.owner, school.customer_since) == ("Lincoln High", owner, dt.date(2019, 4, 1))
    assert (gym.parent, gym.kind, gym.owner) == (school, "location", None)
    assert list(Account.objects.subtree_of(school).order_by("pk")) == sorted(
        [school, gym], key=lambda a: a.pk
    )
    assert AccountSummary.objects.filter(account__in=[school, gym], orders=0).count() == 2
    assert TimelineEntry.objects.filter(kind="customers.account_created", actor=owner).count() == 2
    assert ImportChange.objects.filter(job=job, model="customers.account", action="added").count() == 2


@pytest.mark.parametrize(
    ("importer", "text"),
    [
        ("customers.accounts", ACCOUNTS),
        ("customers.accounts", "Name,City\nLincoln High,Springfield\n"),
        ("customers.products", "SKU,Name,Price\nBL-5,Bleacher,1499.50\n"),
        ("customers.contacts", "Customer,Full name,Mail\nLincoln,Ruth Okafor,ruth@lincoln.example\n"),
        ("customers.contacts", "Customer,Full name,Mail\nLincoln,Ruth Okafor,\n"),
        ("customers.contacts", "Customer,External id,Last name\nLincoln,77,Okafor\n"),
    ],
)
def test_the_same_file_twice_changes_nothing(importer: str, text: str):
    create_user(email="anna@example.com")
    create_account(name="Lincoln")
    assert bring(importer, text).report["changed"]

    job = bring(importer, text)

    assert not job.report["changed"]
    assert set(job.report["outcomes"]) == {"same"}


def test_an_empty_cell_says_nothing_unless_asked_to():
    create_account(external_id="C-1", name="Old name", city="Springfield", phone="555")
    text = "Customer number,Name,City\nC-1,New name,\n"

    job = bring("customers.accounts", text)

    found = Account.objects.get()
    assert (found.name, found.city, found.phone) == ("New name", "Springfield", "555")
    note = ImportChange.objects.get(job=job)
    assert (note.old, note.new) == ({"name": "Old name"}, {"name": "New name"})

    bring("customers.accounts", text, clear=True)
    found.refresh_from_db()
    assert (found.name, found.city, found.phone) == ("New name", "", "555")


def test_an_account_without_a_number_is_met_by_its_name_where_that_leaves_no_doubt():
    plain = create_account(name="Lincoln High", city="Old town")
    create_account(name="Main office")
    create_account(name="Main office")
    rows = "Lincoln High,,Springfield\nMain office,,Springfield\nNew one,,Springfield\nNew one,,Springfield\n"

    job = bring("customers.accounts", "Name,Customer number,City\n" + rows)

    plain.refresh_from_db()
    assert plain.city == "Springfield"
    assert reasons(job) == {
        "Several customers have this name: the customer number is needed": 1,
        "Another line of the file means the same record": 1,
    }
    assert parts(job) == {"Customers": (1, 1)}


def test_a_number_goes_to_the_account_of_that_name_that_has_none():
    plain = create_account(name="Lincoln High")
    create_account(name="Branch")
    rows = "C-1,Lincoln High\nC-2,Branch\nC-3,Branch\n"

    job = bring("customers.accounts", "Customer number,Name\n" + rows)

    plain.refresh_from_db()
    assert plain.external_id == "C-1"
    assert parts(job) == {"Customers": (2, 1)}


def test_accounts_are_refused_one_by_one():
    rows = (
        "C-1,One,,nobody@example.com\nC-2,,,\nC-3,Three,C-99,\nC-4,Four,C-3,\nC-5,Five,C-5,\n"
        f"{'9' * 81},Six,,\nC-7,Seven,,no address\nC-8,Eight,,\n"
    )
    job = bring("customers.accounts", "Customer number,Name,Part of,Owner\n" + rows)

    assert list(Account.objects.values_list("name", flat=True)) == ["Eight"]
    assert reasons(job) == {
        "Owner (mail address): nobody of ours signs in with this address": 1,
        "Owner (mail address): not a mail address": 1,
        "Name: a new customer needs one": 1,
        "Part of (customer number): no customer has this number": 2,
        "Part of (customer number): a customer cannot be part of itself": 1,
        "Customer number: longer than we can keep": 1,
    }
    with default_storage.open(job.report["refused_file"]) as file:
        lines = file.read().decode("utf-8-sig").splitlines()
    assert lines[0] == "Customer number,Name,Part of,Owner,Line of the file,Reason"
    assert lines[1] == (
        "C-1,One,,nobody@example.com,2,Owner (mail address): nobody of ours signs in with this address"
    )


def test_a_circle_is_refused_as_a_whole():
    text = "Customer number,Name,Part of\nC-1,One,C-2\nC-2,Two,C-1\n"
    stored = keep_upload(BytesIO(text.encode()))
    job = start_import(stored=stored, name="x", found=map_for("customers.accounts", text), by=None)
    while not job.is_finished:
        run_slice(job.pk)
        job.refresh_from_db()

    assert (job.state, job.error) == (
        "failed",
        "Customers of this file would stand below themselves, or more than 12 deep.",
    )
    assert not Account.objects.exists()


def test_contacts_find_their_account_and_themselves():
    school = create_account(external_id="C-118", name="Lincoln High")
    ruth = create_contact(account=school, first_name="Ruth", last_name="Old", email="ruth@lincoln.example")
    header = "Customer number,First name,Last name,Mail,Roles,Language\n"
    rows = (
        "C-118,Ruth,Okafor,RUTH@Lincoln.example,,\n"
        "C-118,Sam,Lee,sam@lincoln.example,User; decision maker,en\n"
    )

    job = bring("customers.contacts", header + rows)

    ruth.refresh_from_db()
    assert ruth.last_name == "Okafor"
    sam = Contact.objects.get(first_name="Sam")
    assert (sam.account, sam.email, sam.roles) == (school, "sam@lincoln.example", ["user", "decision_maker"])
    assert parts(job) == {"Contacts": (1, 1)}
    entry = TimelineEntry.objects.get(kind="customers.contact_added", contact=sam)
    assert entry.account == school


def test_a_name_in_one_piece_is_taken_apart():
    create_account(name="Lincoln")
    bring("customers.contacts", "Customer,Name\nLincoln,Ruth van Okafor\nLincoln,Cher\n")
    assert set(Contact.objects.values_list("first_name", "last_name")) == {
        ("Ruth van", "Okafor"),
        ("", "Cher"),
    }


def test_contacts_are_refused_one_by_one():
    create_account(external_id="C-1", name="Lincoln")
    other = create_account(external_id="C-2")
    create_contact(account=other, first_name="Else", external_id="E")
    rows = (
        "C-1,E,Else,e@example.com\n"
        "C-9,,Ninth,n@example.com\n"
        ",,Tenth,t@example.com\n"
        "C-1,,,\n"
        "C-1,,Good,good@example.com\n"
        "C-1,,Good again,GOOD@example.com\n"
    )
    job = bring("customers.contacts", "Customer number,External id,First name,Mail\n" + rows)

    assert reasons(job) == {
        "This person belongs to another customer": 1,
        "Customer number: no customer has this number": 1,
        "Customer number: a new contact needs a customer": 1,
        "Neither a name nor a mail address": 1,
        "Another line of the file means the same record": 1,
    }
    assert parts(job) == {"Contacts": (1, 0)}


def test_products_with_decimal_commas():
    line = ProductLine.objects.create(name="Bleachers", slug="bleachers")
    known = create_product(sku="BL-5", name="Bleacher", cost=Decimal(700))
    text = (
        "SKU;Name;Product line;Price;Cost;On sale\n"
        "BL-5;;bleachers;1.499,50;;no\nPAD;Pad;;89,5;41,2;\nX;X;Mats;1,0;;\n"
    )

    job = bring("customers.products", text, delimiter=";")

    known.refresh_from_db()
    assert (known.name, known.line, known.price, known.cost, known.is_active) == (
        "Bleacher",
        line,
        Decimal("1499.5"),
        Decimal(700),
        False,
    )
    assert Product.objects.get(sku="PAD").cost == Decimal("41.2")
    assert reasons(job) == {"Product line: there is no product line of this name": 1}


def test_a_check_tells_the_truth_and_writes_nothing():
    create_account(external_id="C-1", name="Old", city="Springfield")
    create_account(external_id="C-2", name="Same")
    text = "Customer number,Name,City\nC-1,New,\nC-2,Same,\nC-3,Third,Rome\n,,Nowhere\n"

    looked = check("customers.accounts", text, by=create_user(role="admin"))

    assert set(Account.objects.values_list("name", flat=True)) == {"Old", "Same"}
    assert not ImportChange.objects.exists()
    examples = {example["line"]: example for example in looked.report["examples"]}
    assert examples[2]["changes"] == [{"label": "Name", "before": "Old", "after": "New"}]
    assert (examples[2]["record"], examples[2]["met_by"]) == ("Old", "Customer number")
    assert [examples[line]["outcome"] for line in (2, 3, 4, 5)] == ["changed", "same", "new", "refused"]
    assert examples[5]["reason"] == "a new customer needs one"

    done = finish(import_checked(check=looked, by=create_user(role="admin")))

    for part in ("read", "kept", "refused", "reasons", "outcomes", "parts"):
        assert done.report[part] == looked.report[part]
    assert set(Account.objects.values_list("name", flat=True)) == {"New", "Same", "Third"}


def test_who_is_erased_is_named_by_no_check():
    account = create_account(external_id="C-1")
    person = create_contact(account=account, email="ruth@lincoln.example", last_name="Okafor")
    job = check("customers.contacts", "Customer number,Mail,Job title\nC-1,ruth@lincoln.example,Coach\n")
    bring("customers.contacts", "Customer number,Mail,Job title\nC-1,ruth@lincoln.example,Director\n")
    assert "ruth@lincoln.example" in str(job.report)

    erase_contact(contact=person, actor=create_user())

    job.refresh_from_db()
    assert "ruth@lincoln.example" not in str(job.report)
    noted = ImportChange.objects.get(model="customers.contact")
    assert (noted.old, noted.new, noted.key) == ({}, {}, None)
