"""What has had its time goes, what is needed stays, and what does not add up is told loudly."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from crm.core.audit import audited_models
from crm.core.housekeeping import chores
from crm.core.housekeeping.chores import Chore, keep_house
from crm.core.housekeeping.comparing import Check, compare_all
from crm.core.models import (
    ApiToken,
    Comparison,
    Delivery,
    HousekeepingRun,
    IdempotencyRecord,
    Job,
    OutboxEvent,
    Retention,
    Role,
    Tick,
)
from crm.core.registry import registry
from crm.core.views.housekeeping import DAYS
from customers.models import AccountSummary
from tests.factories import create_account, create_purchase, create_user

pytestmark = pytest.mark.django_db

NOW = timezone.now()
MONTH = dt.timedelta(days=30)


@pytest.fixture(autouse=True)
def storage(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def registered():
    """Chores and checks of the test beside the real ones, until it ends."""
    known = dict(registry.chores), dict(registry.checks)
    yield registry
    registry.chores, registry.checks = known


def create_event(*, at: dt.datetime, **delivery: object) -> OutboxEvent:
    event = OutboxEvent.objects.create(name="tests.happened", payload={}, at=at)
    if delivery:
        Delivery.objects.create(event=event, reaction="tests.react", due_at=at, **delivery)
    return event


def test_events_go_when_everybody_has_reacted() -> None:
    kept = [
        create_event(at=NOW - MONTH, state="pending"),
        create_event(at=NOW - MONTH, state="dead"),
        create_event(at=NOW, state="done", done_at=NOW),
    ]
    for _ in range(3):
        create_event(at=NOW - MONTH, state="done", done_at=NOW - MONTH)
    create_event(at=NOW - MONTH)

    assert keep_house().deleted["events"] == 4
    assert set(OutboxEvent.objects.filter(name="tests.happened")) == set(kept)
    assert Delivery.objects.count() == 3


def test_jobs_go_batch_by_batch(monkeypatch) -> None:
    monkeypatch.setattr(chores, "BATCH", 2)
    for _ in range(5):
        Job.objects.create(kind="tests", title="old", state="done", finished_at=NOW - 4 * MONTH)
    running = Job.objects.create(kind="tests", title="still at it")
    recent = Job.objects.create(kind="tests", title="new", state="done", finished_at=NOW)

    assert keep_house().deleted["jobs"] == 5
    assert set(Job.objects.all()) == {running, recent}


def test_a_round_is_bounded_and_the_next_goes_on(monkeypatch) -> None:
    monkeypatch.setattr(chores, "BATCH", 2)
    monkeypatch.setattr(chores, "LONGEST", -1)
    for _ in range(3):
        Job.objects.create(kind="tests", title="old", state="done", finished_at=NOW - 4 * MONTH)

    assert [keep_house().deleted["jobs"], keep_house().deleted["jobs"]] == [2, 1]


def test_the_settings_decide(client: Client) -> None:
    client.force_login(create_user())
    Job.objects.create(kind="tests", title="old", state="done", finished_at=NOW - MONTH)
    days = dict.fromkeys(DAYS, 9) | {"jobs": 20}

    assert client.post("/settings/retention/", days | {"jobs": 0}).status_code == 200
    assert Retention.load().jobs == 90
    assert client.post("/settings/retention/", days).status_code == 302
    keep_house()

    assert not Job.objects.exists()
    [before, after] = audited_models()["core.retention"].objects.order_by("pgh_id")
    assert (before.jobs, after.jobs) == (90, 20)


def test_slots_that_are_over_are_forgotten() -> None:
    Retention.objects.create(pk=1, ticks=1)
    for hours in (1, 25, 49):
        at = NOW - dt.timedelta(hours=hours)
        Tick.objects.create(task="tests", slot=at, at=at)
    assert keep_house().deleted["ticks"] == 2  # no task has a slot of more than a day


def test_answers_to_old_requests_are_forgotten() -> None:
    token, _secret = ApiToken.issue(user=create_user(), name="shop", scopes=[])
    for age in (1, 3):
        IdempotencyRecord.objects.create(
            token=token, key=str(age), request_digest="", created_at=NOW - dt.timedelta(days=age)
        )
    keep_house()

    assert [record.key for record in IdempotencyRecord.objects.all()] == ["1"]


def fail(*_: object) -> int:
    raise RuntimeError("no")


def test_a_failing_chore_does_not_keep_the_others_from_theirs(client: Client, registered) -> None:
    registered.chores = {
        "broken": Chore(name="broken", label="Broken", run=fail),
        "fine": Chore(name="fine", label="Fine", run=lambda retention: 1204),
    }

    assert keep_house().deleted == {"broken": None, "fine": 1204}
    client.force_login(create_user())
    page = client.get("/operations/housekeeping/").content.decode()
    assert "Broken: failed · Fine: 1,204" in " ".join(page.split())


def test_old_rounds_are_forgotten(registered, monkeypatch) -> None:
    monkeypatch.setattr(chores, "KEPT_RUNS", 2)
    registered.chores = {}
    for _ in range(4):
        keep_house()

    assert HousekeepingRun.objects.count() == 2


def test_summaries_that_differ_are_an_alarm_until_they_add_up(client: Client) -> None:
    admin = create_user(email="ada@example.com")
    create_user(role=Role.SERVICE_REP)
    account = create_account()
    create_purchase(account=account)
    compare_all()
    assert {"summaries", "points", "clicks"} <= set(Comparison.objects.values_list("name", flat=True))
    assert set(Comparison.objects.values_list("differences", flat=True)) == {0}
    assert not mail.outbox

    AccountSummary.objects.filter(account=account).update(orders=7)
    compare_all()
    compare_all()

    [told] = mail.outbox  # once, not with every round
    assert told.to == [admin.email]
    assert "1 rows differ" in told.body
    client.force_login(admin)
    page = client.get("/operations/housekeeping/").content.decode()
    assert 'role="alert"' in page
    assert "1 row does not add up" in page

    AccountSummary.objects.filter(account=account).update(orders=1)
    compare_all()
    assert 'role="alert"' not in client.get("/operations/housekeeping/").content.decode()


def test_a_missing_summary_differs() -> None:
    AccountSummary.objects.filter(account=create_account()).delete()
    create_purchase()

    assert registry.checks["summaries"].count() == 1


def test_a_comparison_that_fails_is_an_alarm_too(registered) -> None:
    create_user()
    registered.checks = {"broken": Check(name="broken", label="Broken", count=fail)}

    [found] = compare_all()

    assert found.differences is None
    assert "Broken: could not be compared" in mail.outbox[0].body


def test_only_admins_look(client: Client) -> None:
    client.force_login(create_user(role=Role.MARKETER))
    assert client.get("/operations/housekeeping/").status_code == 403
    assert client.get("/settings/retention/").status_code == 403
