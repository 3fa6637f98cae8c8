"""Old conversations by file: once each, on timelines and in figures, and gone when taken back."""

from __future__ import annotations

import pytest

from crm.core.models import OutboxEvent
from customers.models import (
    AccountSummary,
    Interaction,
    InteractionContact,
    Task,
    TimelineEntry,
    TimelineWords,
)
from tests.factories import create_account, create_contact, create_user
from tests.imports.bringing import bring, check
from tests.imports.importing import checksums, parts, reasons
from tests.imports.taking_back import take_back

pytestmark = pytest.mark.django_db

WHAT = "customers.interactions"
TABLES = (
    "customers_interaction",
    "customers_interactioncontact",
    "customers_timelineentry",
    "customers_timelinewords",
    "customers_accountsummary",
)
HEADER = "Customer number,Contact's mail,When,Channel,What happened,Outcome,Minutes,Written by\n"
ROWS = (
    "C-118,Ruth@lincoln.example,2025-11-03 14:30,Call,Asked about padding,wants a quote,12,anna@example.com\n"
    "C-118,,2025-11-04 09:00,meeting,Looked at the gym,,,nobody@example.com\n"
)


@pytest.fixture
def ruth():
    account = create_account(name="Lincoln High", external_id="C-118")
    return create_contact(account=account, email="ruth@lincoln.example")


def test_it_works(ruth):
    anna = create_user(email="Anna@example.com")
    before = checksums(TABLES)
    checked = check(WHAT, HEADER + ROWS)
    assert checksums(TABLES) == before

    job = bring(WHAT, HEADER + ROWS)

    assert parts(job) == parts(checked) == {"Interactions": (2, 0)}
    call, meeting = Interaction.objects.order_by("at")
    assert (call.channel, call.body, call.outcome, call.minutes, call.author) == (
        "call",
        "Asked about padding",
        "wants a quote",
        12,
        anna,
    )
    assert (meeting.channel, meeting.author, list(meeting.contacts.all())) == ("meeting", None, [])
    assert list(call.contacts.all()) == [ruth]
    told = TimelineEntry.objects.get(key=f"interaction:{call.pk}")
    assert (told.kind, told.at, told.contact, told.words.text) == (
        "customers.interaction",
        call.at,
        ruth,
        "Asked about padding",
    )
    assert AccountSummary.objects.get(account=ruth.account).last_touch_at == meeting.at
    assert not OutboxEvent.objects.exists()
    assert not Task.objects.exists()


def test_the_same_file_twice_adds_nothing(ruth):
    bring(WHAT, HEADER + ROWS)
    before = checksums(TABLES)
    job = bring(WHAT, HEADER + ROWS)
    assert checksums(TABLES) == before
    assert job.report["outcomes"] == {"same": 2}


def test_an_outcome_is_corrected(ruth):
    bring(WHAT, HEADER + ROWS)
    job = bring(WHAT, HEADER + ROWS.replace("wants a quote", "ordered"))
    assert parts(job) == {"Interactions": (0, 1)}
    assert Interaction.objects.order_by("at")[0].outcome == "ordered"


def test_rows_that_cannot_be_taken(ruth):
    create_contact(account=create_account(external_id="C-2"), email="other@example.com")
    job = bring(
        WHAT,
        HEADER
        + "C-9,,2025-11-03,Call,Unknown customer,,,\n"
        + ",,2025-11-03,Call,No customer,,,\n"
        + "C-118,other@example.com,2025-11-03,Call,Of another customer,,,\n"
        + "C-118,,2125-11-03,Call,Not yet,,,\n"
        + "C-118,,2025-11-03,Pigeon,Unheard of,,,\n"
        + "C-118,,2025-11-03,Call,,,,\n"
        + "C-118,,2025-11-03,Call,Long,,99999,\n"
        + "C-118,,2025-11-03,Call,Twice,,,\n"
        + "C-118,,2025-11-03,Call,Twice,,,\n",
    )
    assert job.report["kept"] == 1
    assert sum(reasons(job).values()) == 8
    assert Interaction.objects.get().body == "Twice"


def test_taken_back_it_was_never_here(ruth):
    before = checksums(TABLES[:4])
    job = bring(WHAT, HEADER + ROWS)
    ids = list(Interaction.objects.order_by("pk").values_list("pk", flat=True))

    take_back(job)

    for model in (Interaction, InteractionContact, TimelineWords):
        assert not model.objects.exists()
    assert checksums(TABLES[:2]) == {name: before[name] for name in TABLES[:2]}
    assert AccountSummary.objects.get(account=ruth.account).last_touch_at is None
    bring(WHAT, HEADER + ROWS)
    assert list(Interaction.objects.order_by("pk").values_list("pk", flat=True)) == ids
