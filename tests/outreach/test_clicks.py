"""What happens when somebody, or something, follows a link of a mail."""

from __future__ import annotations

import datetime as dt
import logging

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone

from customers.models import Click, Message
from customers.outreach.clicks import recording
from customers.outreach.links import person_token
from customers.outreach.sending import drain
from customers.outreach.services import change_click_rules, switch_clicks
from customers.services.privacy import erase_contact, export_contact
from tests.factories import create_user
from tests.fixtures.mail import SmtpSink
from tests.outreach.clicks import (
    FIREFOX,
    FORM,
    GUIDE,
    SHOP,
    click_path,
    follow,
    links_in,
    sent_message,
    verdicts,
    write_mail,
)
from tests.outreach.conftest import Planner, plan

pytestmark = pytest.mark.django_db
OURS = "http://localhost:8000/"


def test_it_works(outreach: Planner, smtp_sink: SmtpSink, client: Client) -> None:
    change_click_rules(early_seconds=0)
    write_mail()
    message = plan()
    drain()
    [mail] = smtp_sink.messages
    prefix = f"{OURS}c/"
    counted = [link for link in links_in(mail, "html") if link.startswith(prefix)]
    assert [link.rsplit("/", 2)[1] for link in counted] == ["1", "2", "3", "0"]
    assert [link for link in links_in(mail, "plain") if link.startswith(prefix)] == counted[:3]

    answers = [client.get(link.removeprefix(OURS[:-1]), headers={"User-Agent": FIREFOX}) for link in counted]
    assert [answer.status_code for answer in answers] == [302, 302, 302, 200]
    assert [answer["Location"] for answer in answers[:3]] == [SHOP, GUIDE, FORM]
    assert answers[0]["Cache-Control"] == "no-store"
    assert answers[0]["Referrer-Policy"] == "no-referrer"
    assert verdicts(message) == ["human", "human", "human", "hidden"]
    assert set(Click.objects.values_list("agent", flat=True)) == {"Firefox on Windows"}


def test_our_own_and_personal_links_are_as_they_were(outreach: Planner, smtp_sink: SmtpSink) -> None:
    write_mail()
    plan()
    drain()
    others = [link for link in links_in(smtp_sink.messages[0], "html") if "/c/" not in link]
    assert [link.split("/")[3] for link in others] == ["?for=Dana", "m", "preferences", "m"]


@pytest.mark.parametrize("way", ["installation", "content", "service"])
def test_not_counted(outreach: Planner, smtp_sink: SmtpSink, client: Client, way: str) -> None:
    version = write_mail()
    if way == "installation":
        change_click_rules(count_clicks=False)
    if way == "content":
        switch_clicks(content=version.content, count=False)
    message = plan(kind="ticket" if way == "service" else "note")
    drain()
    links = links_in(smtp_sink.messages[0], "html") + links_in(smtp_sink.messages[0], "plain")
    assert not [link for link in links if "/c/" in link]
    assert SHOP in links_in(smtp_sink.messages[0], "plain")
    assert follow(client, message) == SHOP  # what was sent before leads on


def test_looking_is_not_clicking(outreach: Planner, client: Client) -> None:
    message = sent_message()
    path = click_path(message, 1)
    assert client.head(path, headers={"User-Agent": FIREFOX})["Location"] == SHOP
    client.get(path, headers={"User-Agent": FIREFOX, "Sec-Purpose": "prefetch;prerender"})
    client.get(path, headers={"User-Agent": FIREFOX, "X-Purpose": "preview"})
    client.get(path, headers={"User-Agent": "Mozilla/5.0 (compatible; Barracuda Sentinel)"})
    client.get(path)
    assert verdicts(message) == ["head", "prefetch", "scanner"]  # the same way within a minute is one row
    assert client.post(path).status_code == 405


def test_too_soon_after_sending_is_a_machine(outreach: Planner, client: Client) -> None:
    message = sent_message(ago=dt.timedelta(seconds=5))
    assert follow(client, message) == SHOP
    assert verdicts(message) == ["early"]


def test_while_it_is_being_sent_nobody_reads_it(outreach: Planner, client: Client) -> None:
    message = sent_message()
    Message.objects.filter(pk=message.pk).update(
        state="sending", sent_at=None, lease="00000000-0000-0000-0000-000000000001"
    )
    assert follow(client, message) == SHOP
    assert verdicts(message) == ["early"]


def test_a_hundred_times_is_once_a_minute(outreach: Planner, client: Client) -> None:
    message = sent_message()
    with time_machine.travel(timezone.now().replace(second=0), tick=False) as clock:
        for _ in range(100):
            assert follow(client, message) == SHOP
        assert verdicts(message) == ["human"]
        clock.shift(60)
        follow(client, message)
    assert verdicts(message) == ["human", "human"]


@pytest.mark.parametrize("token", ["x", "1.x", "%00", "1" * 300])
def test_forged_tokens_get_a_friendly_page(client: Client, token: str) -> None:
    for path in (f"/c/{token}/1/", f"/c/{token}/"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert b"This link does not work" in answer.content


def test_what_is_in_no_mail_leads_nowhere(outreach: Planner, client: Client) -> None:
    message = sent_message()
    for path in (
        click_path(message, 9),
        click_path(message, 10**30),
        click_path(plan(), 1),  # not sent yet
        f"/c/{person_token(message.pk)}/1/",
        click_path(message, 1).replace("/c/", "/c/7"),
    ):
        assert client.get(f"{path}?to=https://evil.example/").status_code == 404
    assert client.get(f"{click_path(message, 1)}?to=https://evil.example/")["Location"] == SHOP
    assert not Click.objects.exclude(message=message).exists()


def test_links_of_erased_people_lead_nowhere_and_say_nothing_of_them(
    outreach: Planner, client: Client
) -> None:
    message = sent_message()
    follow(client, message)
    [row] = export_contact(contact=message.contact)["customers.Click"]
    assert (row["link__target"], row["agent"], row["verdict"]) == (SHOP, "Firefox on Windows", "human")
    erase_contact(contact=message.contact, actor=create_user())
    assert client.get(click_path(message, 1)).status_code == 404
    assert list(Click.objects.values_list("agent", "verdict")) == [("", "human")]


def test_a_click_that_cannot_be_kept_is_our_trouble_alone(
    outreach: Planner, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    message = sent_message()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE customers_click ADD CONSTRAINT nothing CHECK (false)")
    with caplog.at_level(logging.ERROR, logger=recording.__name__):
        assert follow(client, message) == SHOP
    assert "could not be kept" in caplog.text


def test_few_queries(outreach: Planner, client: Client, django_assert_num_queries: object) -> None:
    message = sent_message()
    follow(client, message, 1)
    with django_assert_num_queries(6):  # type: ignore[operator]  # message, link, rules, and one insert
        follow(client, message, 2)
