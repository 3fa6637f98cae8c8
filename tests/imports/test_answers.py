"""Old survey answers by file: they count since their day, alert nobody, and go when taken back."""

from __future__ import annotations

import datetime as dt
from io import BytesIO
from typing import Any

import pytest

from crm.core.models import Job, OutboxEvent
from customers.imports.files import keep_upload
from customers.imports.jobs import start_check, start_import
from customers.models import Task, TimelineEntry, TimelineWords
from surveys.figures import funnel, survey_score
from surveys.models import Invitation, Response, ResponseRevision, ResponseWords, Survey
from surveys.services.counting import count_due_responses
from tests.factories import create_account, create_contact, create_user
from tests.imports.bringing import finish, map_for
from tests.imports.importing import checksums, parts, reasons
from tests.imports.taking_back import take_back

pytestmark = pytest.mark.django_db

WHAT = "surveys.answers"
TABLES = (
    "surveys_invitation",
    "surveys_response",
    "surveys_responsewords",
    "surveys_responserevision",
    "customers_timelineentry",
    "customers_timelinewords",
)
HEADER = "Customer number,Contact's mail,Answered at,Score,Comment\n"


def file_of(*days_ago: int) -> str:
    now = dt.datetime.now(dt.UTC)
    days = [f"{now - dt.timedelta(days=days):%Y-%m-%d}" for days in days_ago]
    return HEADER + (
        f"C-118,Ruth@lincoln.example,{days[0]},9,They came on time\nC-118,ruth@lincoln.example,{days[1]},0,\n"
    )


@pytest.fixture
def ruth():
    return create_contact(account=create_account(external_id="C-118"), email="ruth@lincoln.example")


def run(text: str, start: Any = start_import) -> Job:
    stored, survey = keep_upload(BytesIO(text.encode())), Survey.objects.get()
    options = {"survey": survey.pk}
    return finish(start(stored=stored, name="a.csv", found=map_for(WHAT, text), by=None, options=options))


def test_it_works(ruth):
    before = checksums(TABLES)
    checked = run(file_of(40, 20), start_check)
    assert checksums(TABLES) == before

    job = run(file_of(40, 20))

    assert parts(job) == parts(checked) == {"Answers": (2, 0)}
    high, low = Response.objects.order_by("sent_at")
    assert (high.score, high.contact, high.state, high.comment) == (9, ruth, "confirmed", "They came on time")
    assert (high.counted_at, high.counted_score, high.announced_band) == (high.sent_at, 9, "promoter")
    assert (low.counted_score, low.announced_band, low.counts_at) == (0, "detractor", None)
    assert not low.is_editable
    assert ResponseRevision.objects.filter(response=low, number=1, score=0).exists()
    told = TimelineEntry.objects.get(key=f"surveys.answered:{high.pk}:1")
    assert (told.at, told.contact, told.words.text) == (high.sent_at, ruth, "They came on time")
    admin, survey = create_user(role="admin"), Survey.objects.get()
    assert survey_score(survey, admin).n == 2
    assert funnel(survey, admin).answered == 0
    count_due_responses()
    assert not OutboxEvent.objects.exists()
    assert not Task.objects.exists()


def test_the_same_file_twice_adds_nothing(ruth):
    run(file_of(40, 20))
    before = checksums(TABLES)
    job = run(file_of(40, 20))
    assert checksums(TABLES) == before
    assert job.report["outcomes"] == {"same": 2}


def test_rows_that_cannot_be_taken(ruth):
    run(file_of(40, 20))
    day = f"{dt.datetime.now(dt.UTC) - dt.timedelta(days=40):%Y-%m-%d}"
    job = run(
        HEADER
        + f"C-118,ruth@lincoln.example,{day},3,Another score\n"
        + "C-118,ruth@lincoln.example,2025-01-01,11,\n"
        + "C-118,ruth@lincoln.example,2025-01-02,9.5,\n"
        + "C-118,ruth@lincoln.example,2025-01-03,-1,\n"
        + "C-118,ruth@lincoln.example,2125-01-03,1,\n"
        + "C-118,nobody@lincoln.example,2025-01-03,1,\n"
        + "C-9,ruth@lincoln.example,2025-01-03,1,\n"
        + ",ruth@lincoln.example,2025-01-03,1,\n"
        + "C-118,ruth@lincoln.example,2025-01-04,,\n"
    )
    assert job.report["kept"] == 0
    assert sum(reasons(job).values()) == 9


def test_taken_back_it_was_never_here_and_comes_again(ruth):
    before = checksums(TABLES[:4])
    job = run(file_of(40, 20))
    ids = list(Response.objects.order_by("pk").values_list("pk", flat=True))

    take_back(job)

    assert checksums(TABLES[:4]) == before
    assert not TimelineEntry.objects.filter(kind="surveys.answered").exists()
    for model in (Invitation, ResponseWords, TimelineWords):
        assert not model.objects.exists()
    assert parts(run(file_of(40, 20))) == {"Answers": (2, 0)}
    assert list(Response.objects.order_by("pk").values_list("pk", flat=True)) == ids
