"""Customers and people that files brought are taken back: trees, names, and what belongs to them."""

from __future__ import annotations

import pytest
from django.utils import timezone

from crm.core.audit import audited_models
from customers.models import Account, AccountLink, Contact, Interaction, Message, Topic
from customers.outreach.services import PlannedMessage, ensure_content, plan_messages, record_consent
from customers.services.accounts import update_account
from customers.services.interactions import log_interaction
from tests.factories import create_account, create_contact, create_user
from tests.imports.bringing import bring
from tests.imports.importing import checksums, parts
from tests.imports.taking_back import LIVE, changed, kept, removed, take_back

pytestmark = pytest.mark.django_db

ACCOUNTS = (
    "Customer number,Name,Part of\n"
    "C-119,Lincoln High Gym,C-118\n"
    "C-118,Lincoln High,\n"
    "C-120,Lincoln Store,C-119\n"
)
PEOPLE = (
    "Customer number,First name,Last name,Mail,Job title\n"
    "C-118,Ruth,Okafor,ruth@lincoln.example,Athletic director\n"
    "C-119,Sam,Berg,sam@lincoln.example,Coach\n"
)


def people(text: str = PEOPLE):
    return bring("customers.contacts", text)


def accounts(text: str = ACCOUNTS):
    return bring("customers.accounts", text)


def test_a_tree_goes_and_comes_again():
    before = checksums(LIVE)
    job = accounts()
    ids = dict(Account.objects.values_list("external_id", "pk"))
    assert AccountLink.objects.count() == 6

    taking = take_back(job)

    assert checksums(LIVE) == before
    assert removed(taking) == {"Customers": 3}
    again = accounts()
    assert dict(Account.objects.values_list("external_id", "pk")) == ids
    assert parts(again) == parts(job)
    assert AccountLink.objects.count() == 6


def test_one_below_that_is_used_keeps_all_above_it():
    job = accounts()
    log_interaction(
        account=Account.objects.get(external_id="C-119"), author=create_user(), channel="call", body="Hello"
    )

    taking = take_back(job)

    assert kept(taking) == {("Customers", "Conversations", 1), ("Customers", "Customers", 1)}
    assert set(Account.objects.values_list("external_id", flat=True)) == {"C-118", "C-119"}


def test_a_move_that_would_close_a_circle_now_is_left():
    accounts("Customer number,Name,Part of\nC-1,Gym,C-2\nC-2,School,\nC-3,District,\n")
    job = accounts("Customer number,Name,Part of\nC-1,Sports hall,C-3\n")
    gym = Account.objects.get(external_id="C-1")
    school = Account.objects.get(external_id="C-2")
    update_account(account=school, parent=gym)

    taking = take_back(job)

    gym.refresh_from_db()
    assert (gym.name, gym.parent and gym.parent.external_id) == ("Gym", "C-3")
    assert changed(taking) == {"Customers": (1, 1)}


def test_people_go_and_leave_no_words():
    accounts()
    before = checksums(LIVE)
    job = people()
    ids = dict(Contact.objects.values_list("email", "pk"))

    taking = take_back(job)

    assert removed(taking) == {"People": 2}
    assert [name for name, sum in checksums(LIVE).items() if sum != before[name]] == [
        "customers_timelineentry"
    ]
    history = audited_models()["customers.contact"].objects
    assert history.count() == 4
    assert set(history.values_list("last_name", "email")) == {("", "")}
    people()
    assert dict(Contact.objects.values_list("email", "pk")) == ids


def test_customers_with_people_of_another_file_stay():
    job = accounts()
    later = people()

    taking = take_back(job)

    assert removed(taking) == {"Customers": 1}
    assert ("Customers", "People", 2) in kept(taking)
    take_back(later)
    assert not Account.objects.exists()


def test_people_we_spoke_to_stay_and_are_named_by_number():
    accounts()
    job = people()
    ruth = Contact.objects.get(first_name="Ruth")
    log_interaction(account=ruth.account, author=create_user(), channel="call", body="Hi", contacts=[ruth])

    taking = take_back(job)

    assert list(Contact.objects.all()) == [ruth]
    [named] = taking.report["named"]
    assert (named["name"], named["url"], named["by"]) == (
        f"#{ruth.pk}",
        ruth.get_absolute_url(),
        "Conversations",
    )
    assert Interaction.objects.get().contacts.get() == ruth


def test_people_who_said_yes_or_no_stay():
    accounts()
    job = people()
    sam = Contact.objects.get(first_name="Sam")
    record_consent(
        contact=sam, topic=Topic.objects.order_by("pk")[0].slug, granted=False, source="preferences"
    )

    take_back(job)

    assert list(Contact.objects.all()) == [sam]


def test_people_have_their_old_words_again():
    account = create_account(external_id="C-118")
    ruth = create_contact(
        account=account, first_name="Ruth", email="ruth@lincoln.example", job_title="Teacher"
    )
    job = people(PEOPLE.rsplit("C-119", 1)[0])
    ruth.refresh_from_db()
    assert ruth.job_title == "Athletic director"

    taking = take_back(job)

    ruth.refresh_from_db()
    assert ruth.job_title == "Teacher"
    assert changed(taking) == {"People": (1, 0)}


def test_what_a_later_import_would_point_to_again_stays():
    create_account(name="Gym", external_id="C-300")
    create_account(name="Store", external_id="C-400")
    first = accounts("Customer number,Name\nC-118,Lincoln High\n")
    second = accounts("Customer number,Name,Part of\nC-300,Gym,C-118\n")
    third = accounts("Customer number,Name,Part of\nC-300,Gym,C-400\n")
    gym = Account.objects.get(external_id="C-300")

    taking = take_back(first)
    assert removed(taking) == {"Customers": 0}
    for job, parent in ((third, "C-118"), (second, None)):
        take_back(job)
        gym.refresh_from_db()
        assert (gym.parent and gym.parent.external_id) == parent
    assert AccountLink.objects.filter(descendant=gym).count() == 1


def test_people_who_got_mail_stay_and_planned_mail_goes_with_the_others():
    accounts()
    job = people()
    ruth, sam = Contact.objects.order_by("first_name")
    sent, planned = (plan_note(contact) for contact in (ruth, sam))
    Message.objects.filter(pk=sent.pk).update(state="sent", sent_at=timezone.now())

    taking = take_back(job)

    assert list(Contact.objects.all()) == [ruth]
    assert list(Message.objects.all()) == [sent]
    assert (removed(taking)["People"], kept(taking)) == (1, {("People", "Mails", 1)})
    assert planned != sent


def plan_note(contact: Contact) -> Message:
    ensure_content(slug="note", name="Note", subject="Hello", body="<mj-section></mj-section>")
    plan_messages(
        [
            PlannedMessage(
                kind="nurture",
                contact_id=contact.pk,
                account_id=contact.account_id,
                reference=0,
                key=f"note:{contact.pk}",
                content="note",
            )
        ]
    )
    return Message.objects.get(contact=contact)
