"""The demo company: always the same, at one with itself, and with something to do today."""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from dataclasses import dataclass
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import F, Q, Sum
from django.test import Client
from django.utils import timezone

from crm.core.models import OutboxEvent, Role, User
from crm.demo import stories
from crm.demo.loading import load
from crm.demo.staff import PASSWORD, address
from crm.home.today import due_and_coming
from customers.flows.models import Enrolment, StepRun
from customers.models import (
    Account,
    AccountSummary,
    Contact,
    Interaction,
    Message,
    Purchase,
    Return,
    Task,
    TaskKind,
    TimelineEntry,
)
from customers.outreach.models import Touch
from customers.services import summaries
from loyalty import ledger
from loyalty.models import Lot, Member, Referral, Transfer
from surveys.models import Invitation, Response
from surveys.scores import nps

# of a processor, by which the load of the machine does not matter; the database takes about as much again
MOST_SECONDS = 15
MOST_DUE = 40
COUNTED = (
    Account,
    Contact,
    Enrolment,
    Interaction,
    Invitation,
    Message,
    Purchase,
    Referral,
    Response,
    Return,
    Task,
    TimelineEntry,
    Transfer,
)


@dataclass(frozen=True)
class Loaded:
    now: dt.datetime
    seconds: float
    first_digest: str


@pytest.fixture(scope="module")
def demo(committed_db: str) -> Loaded:
    """The demo in this module's database: filled, emptied and filled again for the same moment."""
    now = timezone.now()
    with transaction.atomic():
        load(now=now)
        first_digest = digest()
        transaction.set_rollback(True)
    started = time.process_time()
    assert load(now=now)
    return Loaded(now, time.process_time() - started, first_digest)


def counts() -> list[int]:
    return [model._default_manager.count() for model in COUNTED]


def digest() -> str:
    """Names, figures and dates of everything that was bought, said, sent and given."""
    rows = [
        *Account.objects.order_by("pk").values_list("name", "owner__name"),
        *Contact.objects.order_by("pk").values_list("email", "phone"),
        *Purchase.objects.order_by("pk").values_list("number", "total", "ordered_at", "status"),
        *Response.objects.order_by("pk").values_list("score", "counted_at", "words__text"),
        *Task.objects.order_by("pk").values_list("title", "due_at", "outcome"),
        *Interaction.objects.order_by("pk").values_list("body", "at"),
        *Message.objects.order_by("pk").values_list("kind", "state", "due_at", "subject"),
        *Member.objects.order_by("pk").values_list("pending", "active"),
    ]
    return hashlib.sha256(repr((counts(), rows)).encode()).hexdigest()


def mara() -> User:
    return User.objects.get(email=address("mara"))


def test_the_same_moment_gives_the_same_demo(demo: Loaded) -> None:
    assert digest() == demo.first_digest


def test_it_is_quickly_there(demo: Loaded) -> None:
    assert demo.seconds < MOST_SECONDS


def test_loading_twice_adds_nothing(demo: Loaded) -> None:
    before, output = counts(), StringIO()
    call_command("load_demo", stdout=output)
    assert output.getvalue() == "The demo company is there already.\n"
    assert counts() == before


def test_a_database_with_other_customers_is_left_alone(demo: Loaded) -> None:
    with transaction.atomic():
        User.objects.filter(pk=mara().pk).update(email="somebody@else.example")
        with pytest.raises(CommandError, match="There are customers already"):
            call_command("load_demo")
        transaction.set_rollback(True)


def test_somebody_of_every_role_can_sign_in(demo: Loaded) -> None:
    output = StringIO()
    call_command("demo_signins", stdout=output)
    lines = output.getvalue().splitlines()
    assert len(lines) == len(Role)
    assert len({line.index(PASSWORD) for line in lines}) == 1
    for line in lines:
        assert Client().login(username=line.split()[-2], password=PASSWORD)


def test_it_is_a_company_of_some_size(demo: Loaded) -> None:
    assert 380 <= Account.objects.count() <= 480
    assert Purchase.objects.count() > 1500
    assert not Contact.objects.exclude(email__endswith=".example").exists()
    riverside = Account.objects.get(name=stories.RIVERSIDE)
    below = Account.objects.subtree_of(riverside)
    assert below.filter(kind="location").count() == 14
    assert below.filter(kind="department").count() == 3
    promoters, detractors, n = Response.objects.tally()
    assert n > 200
    assert 25 <= (nps(promoters=promoters, detractors=detractors, n=n).value or 0) <= 55


def test_danas_call_stands_on_maras_list_for_today(demo: Loaded) -> None:
    with timezone.override(mara().time_zone):
        (first, *others), _coming = due_and_coming(mara(), demo.now, team=False)
        assert timezone.localtime(first.due_at).time() == dt.time(17)
        assert timezone.localtime(first.due_at).date() == timezone.localtime(demo.now).date()
    assert first.kind == TaskKind.RECOVERY
    assert first.title == "Call Dana Whit about order #20418"
    assert first.why == f"Scored 4 after order #20418: “{stories.DELIVERY_COMMENT}”"
    assert {stories.OAKFIELD, stories.LAKEVIEW} <= {task.account.name for task in others}


def test_everybody_who_manages_accounts_has_something_to_do(demo: Loaded) -> None:
    for manager in User.objects.filter(role=Role.ACCOUNT_MANAGER):
        open_tasks = Task.objects.open().of(manager)
        assert open_tasks.filter(due_at__lte=demo.now).exists()
        assert open_tasks.filter(due_at__gt=demo.now).exists()


def test_nothing_leaves_when_it_starts(demo: Loaded) -> None:
    assert not OutboxEvent.objects.exists()
    assert not Enrolment.objects.due(demo.now).exists()
    waiting = Message.objects.waiting()
    assert not waiting.filter(due_at__lte=demo.now).exists()
    assert 0 < waiting.filter(due_at__lte=demo.now + dt.timedelta(days=7)).count() <= MOST_DUE


def test_points_add_up(demo: Loaded) -> None:
    assert ledger.reconcile() == 0
    assert Member.objects.filter(pending__gt=0, active__gt=0).exists()
    assert Transfer.objects.filter(kind=Transfer.Kind.REFUND).exists()
    assert not Lot.objects.filter(purchase__is_history=True).exists()
    late = demo.now - dt.timedelta(minutes=10)
    assert not Lot.objects.pending().filter(available_at__lt=late, purchase__delivered_at__isnull=False)


def test_summaries_are_what_recomputing_gives(demo: Loaded) -> None:
    columns = ("account", "revenue", "orders", "first_purchase_at", "last_purchase_at", "last_touch_at")
    before = list(AccountSummary.objects.order_by("account").values_list(*columns))
    summaries.refresh_all()
    assert list(AccountSummary.objects.order_by("account").values_list(*columns)) == before
    assert len(before) == Account.objects.count()


def test_orders_are_the_sum_of_their_lines_and_run_forwards(demo: Loaded) -> None:
    assert not Purchase.objects.alias(sum=Sum("lines__amount")).exclude(sum=F("total")).exists()
    backwards = Q(shipped_at__lt=F("ordered_at")) | Q(delivered_at__lt=F("shipped_at"))
    assert not Purchase.objects.filter(backwards | Q(installed_at__lt=F("delivered_at"))).exists()
    assert not Return.objects.filter(purchase__isnull=False, total__gt=F("purchase__total")).exists()
    assert Return.objects.filter(purchase=None).exists()


def test_nothing_has_happened_in_the_future(demo: Loaded) -> None:
    dates = [
        (Purchase, "installed_at"),
        (Purchase, "ordered_at"),
        (Return, "returned_at"),
        (Interaction, "at"),
        (Task, "created_at"),
        (Task, "done_at"),
        (Message, "sent_at"),
        (Response, "counted_at"),
        (StepRun, "at"),
        (TimelineEntry, "at"),
        (Transfer, "at"),
        (Referral, "at"),
    ]
    for model, name in dates:
        assert not model._default_manager.filter(**{f"{name}__gt": demo.now}).exists(), (model, name)


def test_surveys_and_mails_tell_the_same_story(demo: Loaded) -> None:
    overdue = Invitation.objects.unanswered().filter(expires_at__lt=demo.now)
    assert not overdue.exists()
    assert not Response.objects.due().exists()
    sent = Message.objects.filter(state=Message.State.SENT)
    assert sent.count() == Touch.objects.count()
    assert not sent.filter(subject="").exists()
    asked = Invitation.objects.filter(sent_at__isnull=False).count()
    assert sent.filter(kind="survey_invitation").count() == asked


def test_people_find_the_pages_filled(demo: Loaded) -> None:
    client = Client()
    client.force_login(mara())
    today = client.get("/")
    assert b"Call Dana Whit about order #20418" in today.content
    screen = client.get(Account.objects.get(name=stories.RIVERSIDE).get_absolute_url())
    assert screen.status_code == 200
    assert b"We had to send a crew home." in screen.content
