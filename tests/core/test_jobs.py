"""The Jobs page: what runs, how far it is, and whose it is."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from crm.core.jobs import JobRefused, NotYet, cancel_job, claim, run_slice, save_progress, sweep_jobs
from crm.core.models import Job, Role, User
from crm.core.registry import JobKind, registry
from tests.factories import create_user

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def person(client: Client) -> User:
    person = create_user(role=Role.SERVICE_REP, name="Rita Rep")
    client.force_login(person)
    return person


@pytest.fixture
def refusing_kind():
    """A job kind of the test beside the real ones."""
    known = dict(registry.job_kinds)
    registry.job_kinds["tests.refuse"] = JobKind(name="tests.refuse", label="Refuse", run_slice=refuse)
    yield
    registry.job_kinds = known


def refuse(job: Job, deadline: object) -> bool:
    raise JobRefused("This cannot be done.")


@pytest.fixture
def waiting_kind():
    """A job kind that waits for something others have."""
    known = dict(registry.job_kinds)
    registry.job_kinds["tests.wait"] = JobKind(name="tests.wait", label="Wait", run_slice=wait)
    yield
    registry.job_kinds = known


def wait(job: Job, deadline: object) -> bool:
    raise NotYet


def create_job(*, by: User | None = None, kind: str = "tests.count", **fields) -> Job:
    return Job.objects.create(kind=kind, title=fields.pop("title", "Count sheep"), created_by=by, **fields)


def test_it_works(client, person, django_assert_num_queries):
    job = create_job(by=person, state="running", done=1, total=4, note="A quarter")
    for number in range(20):
        create_job(by=person, state="done", title=f"Job {number}")
    client.get("/jobs/")

    with django_assert_num_queries(5):  # session, person, company, jobs, count
        page = client.get("/jobs/").content.decode()
    assert "Count sheep" in page
    assert "25 %" in page
    assert 'hx-trigger="every 2s"' in page
    with django_assert_num_queries(4):  # session, person, company, job
        page = client.get(f"/jobs/{job.pk}/").content.decode()
    assert "A quarter" in page
    assert f'hx-get="/jobs/{job.pk}/"' in page


def test_polling_answers_the_part_and_ends_with_the_job(client, person):
    job = create_job(by=person, state="running")
    live = client.get(f"/jobs/{job.pk}/", headers=HTMX).content.decode()
    assert "<html" not in live
    assert "hx-get" in live

    Job.objects.update(state="done", report={"sheep": 12})

    ended = client.get(f"/jobs/{job.pk}/", headers=HTMX).content.decode()
    assert "hx-get" not in ended
    assert "sheep" in ended
    rows = client.get("/jobs/", headers=HTMX).content.decode()
    assert "<html" not in rows
    assert "hx-get" not in rows


def test_no_jobs_yet(client, person):
    assert "No jobs yet" in client.get("/jobs/").content.decode()


def test_pages_by_keyset(client, person):
    for number in range(51):
        create_job(by=person, state="done", title=f"Job {number:03}")
    first = client.get("/jobs/")
    assert "Job 000" not in first.content.decode()
    second = client.get("/jobs/", {"cursor": first.context["page"].next}).content.decode()
    assert "Job 000" in second
    assert client.get("/jobs/", {"cursor": "nonsense"}).status_code == 400


def test_other_peoples_jobs_are_not_found(client, person):
    other = create_job(by=create_user(), state="queued")
    ownerless = create_job(state="queued")
    for job in (other, ownerless):
        assert client.get(f"/jobs/{job.pk}/").status_code == 404
        assert client.post(f"/jobs/{job.pk}/cancel/").status_code == 404
    assert "Count sheep" not in client.get("/jobs/").content.decode()


def test_who_waits_for_others_uses_no_attempt_and_no_worker(waiting_kind):
    job = create_job(kind="tests.wait", state="queued", lease_until=timezone.now())
    for _ in range(5):
        run_slice(job.pk)
        job.refresh_from_db()
        assert (job.state, job.attempts) == ("queued", 0)
    assert job.lease_until
    assert job.lease_until > timezone.now()
    with time_machine.travel(job.lease_until + dt.timedelta(seconds=1)):
        assert sweep_jobs() == 1


def test_admins_see_all(client):
    job = create_job(by=create_user(), state="queued")
    client.force_login(create_user(role=Role.ADMIN))
    assert "Count sheep" in client.get("/jobs/").content.decode()
    assert client.get(f"/jobs/{job.pk}/").status_code == 200


def test_a_waiting_job_is_cancelled_at_once(client, person):
    job = create_job(by=person)
    answer = client.post(f"/jobs/{job.pk}/cancel/")
    assert answer.url == f"/jobs/{job.pk}/"
    job.refresh_from_db()
    assert job.state == "cancelled"
    assert client.get(f"/jobs/{job.pk}/cancel/").status_code == 405


def test_a_running_job_is_asked_to_stop(client, person):
    job = create_job(by=person, state="running")
    page = client.post(f"/jobs/{job.pk}/cancel/", headers=HTMX).content.decode()
    assert "stopping" in page
    job.refresh_from_db()
    assert (job.state, job.cancel_requested) == ("running", True)


def test_a_finished_job_stays_finished(client, person):
    job = create_job(by=person, state="done")
    page = client.post(f"/jobs/{job.pk}/cancel/", follow=True).content.decode()
    assert "It had finished already." in page
    assert not cancel_job(job=job)


@pytest.mark.usefixtures("refusing_kind")
def test_a_refused_job_fails_once_with_its_words(client, person):
    job = create_job(by=person, kind="tests.refuse")

    run_slice(job.pk)

    job.refresh_from_db()
    assert (job.state, job.attempts) == ("failed", 1)
    assert "This cannot be done." in client.get(f"/jobs/{job.pk}/").content.decode()


def test_words_in_titles_stay_words(client, person):
    create_job(by=person, state="failed", title="<script>{{ 7|add:7 }}</script>", error="<i>x</i>")
    page = client.get("/jobs/").content.decode()
    assert "&lt;script&gt;{{ 7|add:7 }}&lt;/script&gt;" in page


def test_two_workers_never_hold_one_job():
    job = create_job()
    assert claim(job.pk) is not None
    assert claim(job.pk) is None
    save_progress(job, done=1)


def test_strangers_are_sent_to_sign_in(client):
    assert client.get("/jobs/").status_code == 302
