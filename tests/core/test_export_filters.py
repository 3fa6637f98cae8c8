"""From a list to its file: what stands on the page is what is written, no more and no less."""

from __future__ import annotations

import csv
import datetime as dt
import html
import io
import re

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from crm.core.events import drain
from crm.core.jobs import run_slice
from crm.core.models import Job, User
from customers.models import Message
from customers.outreach.services import cancel_message
from loyalty.asking import link_of
from loyalty.referring import NamedPerson, refer
from surveys.models import Survey
from tests.factories import create_account, create_contact, create_purchase, create_task, create_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def storage(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def ada(client: Client) -> User:
    ada = create_user()
    client.force_login(ada)
    return ada


def taken_out(client: Client, page: str) -> tuple[str, list[dict[str, str]]]:
    """Follow a page's link to its export and write the file: the words about the filters, and the rows."""
    links = re.findall(r'href="(/exports/\?[^"]*)"', client.get(page).text)
    assert len(links) == 1, links
    asked = client.get(html.unescape(links[0])).text
    filters = re.search(r'<input type="hidden" name="filters"(?: value="([^"]*)")?', asked)
    chosen = re.search(r'<option value="([^"]+)" selected', asked)
    assert filters
    assert chosen
    form = {"what": chosen[1], "file_format": "csv", "filters": html.unescape(filters[1] or "")}
    client.post("/exports/start/", form)
    job = Job.objects.latest("pk")
    while not job.is_finished:
        run_slice(job.pk)
        job.refresh_from_db()
    words = re.search(r"<p>([^<]*: [^<]*)</p>", asked)
    with default_storage.open(job.report["file"]) as file:
        rows = csv.DictReader(io.StringIO(file.read().decode("utf-8-sig")))
        return (words[1] if words else ""), list(rows)


def test_tasks(client: Client, ada: User) -> None:
    create_task(title="Mine", owner=ada, due_at=timezone.now() + dt.timedelta(days=2))
    create_task(title="Mine, late", owner=ada, due_at=timezone.now() - dt.timedelta(days=2))
    create_task(title="Somebody else's", owner=create_user())

    words, rows = taken_out(client, "/tasks/")
    assert {row["title"] for row in rows} == {"Mine", "Mine, late"}
    assert words == "Tasks: Whose Mine"
    words, rows = taken_out(client, "/tasks/?late")
    assert [row["title"] for row in rows] == ["Mine, late"]
    assert words == "Tasks: Whose Mine · When Overdue"


def delivered(account_name: str) -> None:
    contact = create_contact(account=create_account(name=account_name))
    create_purchase(contact=contact, delivered_at=timezone.now())
    drain()


def test_messages(client: Client, ada: User) -> None:
    delivered("Riverside Unified")
    waiting = Message.objects.first()
    assert waiting
    cancel_message(message=waiting, reason="by hand")

    words, rows = taken_out(client, "/outbox/?state=refused")
    assert [int(row["id"]) for row in rows] == [waiting.pk]
    assert words == "Messages: State not sent"
    assert len(taken_out(client, "/outbox/")[1]) == Message.objects.count()


def test_people_in_a_sequence(client: Client, ada: User) -> None:
    delivered("Riverside Unified")

    words, rows = taken_out(client, "/campaigns/after-first-delivery/")
    assert [row["account"] for row in rows] == ["Riverside Unified"]
    assert words == "People in sequences: Sequence After a first delivery"
    assert taken_out(client, "/campaigns/after-first-delivery/?state=done")[1] == []


def test_referrals(client: Client, ada: User) -> None:
    link = link_of(create_contact())
    for name in ("Zebulon Quist", "Lee Park"):
        mail = f"{name.split()[0]}@hillside.example"
        person = NamedPerson(name=name, email=mail, company="Hillside", phone="", message="")
        refer(link=link, person=person, consent="Yes", address="192.0.2.7")

    words, rows = taken_out(client, "/loyalty/referrals/?state=bound")
    assert {row["name"] for row in rows} == {"Zebulon Quist", "Lee Park"}
    assert words == "Referrals: State referred"
    assert taken_out(client, "/loyalty/referrals/?state=rejected")[1] == []


def test_answers_of_one_survey(client: Client, ada: User) -> None:
    survey = Survey.objects.get()

    words, rows = taken_out(client, f"/surveys/{survey.pk}/?band=promoter")
    assert rows == []
    assert words.startswith(f"Survey answers: Survey {survey.name} · Band ")
