"""Customers' pages, through HTTP, without cookies."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customers.models import Contact
from surveys.models import Invitation, Response, ResponseRevision, ScoreClick, Survey
from surveys.views import capture

pytestmark = pytest.mark.django_db


def test_it_works(asked):
    page = asked.click(4)
    assert page.status_code == 200
    assert 'value="4" required checked' in page.content.decode()
    assert "What should we put right first?" in page.content.decode()

    sent = asked.send(4, "The delivery window.")
    assert (sent.status_code, sent.url) == (302, f"{asked.url}thanks/")
    assert "We are sorry" in asked.client.get(sent.url).content.decode()
    assert (asked.response.score, asked.response.state) == (4, "confirmed")
    assert asked.response.comment == "The delivery window."
    asked.invitation.refresh_from_db()
    assert asked.invitation.state == "answered"


@pytest.mark.parametrize("method", ["get", "head"])
def test_following_a_link_answers_nothing(asked, method):
    for score in range(11):
        assert getattr(asked.client, method)(f"{asked.url}?score={score}").status_code == 200

    assert asked.response is None
    asked.invitation.refresh_from_db()
    assert asked.invitation.state == "open"
    assert ScoreClick.objects.filter(invitation=asked.invitation, link="score").count() == 11


def test_pages_stay_out_of_caches_referrers_and_search(asked):
    asked.send(9)
    for url in (asked.url, f"{asked.url}thanks/", f"{asked.url}details/", "/s/nobody/"):
        response = asked.client.get(url)
        assert response["Cache-Control"] == "no-store"
        assert response["Referrer-Policy"] == "no-referrer"
        assert "noindex" in response["X-Robots-Tag"]
        assert not response.cookies


@pytest.mark.parametrize("score", ["11", "-1", "9<script>", "", "4.0", "४", "9\0", "true"])
def test_what_is_no_score_is_refused_in_words(asked, score):
    assert asked.click(score).status_code == 200
    page = asked.send(score, "kept words")

    assert page.status_code == 422
    assert "Please choose a number from 0 to 10." in page.content.decode()
    assert "kept words" in page.content.decode()
    assert b"<script>" not in page.content
    assert asked.touch(score).status_code == 400
    assert asked.response is None


def test_zero_is_an_answer(asked):
    assert 'value="0" required checked' in asked.click(0).content.decode()
    asked.send(0)

    assert asked.response.score == 0


@pytest.mark.parametrize("comment", ["x" * 1_000_000, "nothing\0ness"])
def test_a_comment_that_cannot_be_kept_is_refused_in_words(asked, comment):
    page = asked.send(7, comment)

    assert page.status_code == 422
    assert "field-error" in page.content.decode()
    assert asked.response is None


@pytest.mark.parametrize(
    "comment", ["Grand 👍🏽", "شكرا جزيلا", "<b>{{ 7|add:1 }}</b> {% x %}\r\nBcc: a@b.example"]
)
def test_every_script_is_kept_as_it_is(asked, comment):
    asked.send(8, comment)

    assert asked.response.comment == comment.replace("\r\n", "\n") or asked.response.comment == comment
    assert "<b>{{" not in asked.client.get(asked.url).content.decode()


def test_sending_the_same_twice_is_one_answer(asked):
    asked.send(3, "Late")
    asked.send(3, "Late")

    assert Response.objects.filter(invitation=asked.invitation).count() == 1
    assert ResponseRevision.objects.count() == 1


def test_a_change_of_mind_keeps_the_history(asked, clock):
    asked.send(3, "Late")
    clock.shift(dt.timedelta(days=2))
    page = asked.client.get(asked.url).content.decode()
    assert "Late" in page
    assert "You have answered." in page
    asked.send(9, "")

    assert (asked.response.score, asked.response.comment) == (9, "")
    assert list(ResponseRevision.objects.order_by("number").values_list("number", "score")) == [
        (1, 3),
        (2, 9),
    ]


def test_after_thirty_days_the_answer_stands(asked, clock):
    asked.send(3)
    clock.shift(dt.timedelta(days=29, hours=23))
    assert asked.send(4).status_code == 302

    clock.shift(dt.timedelta(hours=1))
    assert "You have answered already" in asked.client.get(asked.url).content.decode()
    assert "You have answered already" in asked.send(10).content.decode()
    assert asked.touch(10).status_code == 409
    assert asked.response.score == 4


def test_an_answer_can_be_changed_after_the_invitation_expired(asked, clock):
    clock.shift(dt.timedelta(days=29))
    asked.send(3)
    clock.shift(dt.timedelta(days=10))

    assert asked.send(4).status_code == 302


def end_survey(asked):
    Survey.objects.update(state="ended")


def cancel(asked):
    Invitation.objects.update(state="cancelled")


def erase(asked):
    Contact.objects.filter(pk=asked.invitation.contact_id).update(erased_at=asked.invitation.created_at)


@pytest.mark.parametrize("shut", [end_survey, cancel, erase])
def test_a_closed_question_is_a_friendly_page(asked, shut):
    shut(asked)

    for page in (asked.click(5), asked.send(5)):
        assert page.status_code == 410
        assert "This question is closed" in page.content.decode()
    assert asked.touch(5).status_code == 409
    assert asked.response is None


def test_an_expired_question_is_a_friendly_page(asked, clock):
    clock.shift(dt.timedelta(days=31))

    for page in (asked.click(5), asked.send(5)):
        assert page.status_code == 410
        assert "expired" in page.content.decode()
    assert asked.response is None


@pytest.mark.parametrize("token", ["nobody", "x" * 3000, "..", "%00", "🌱", "a%0d%0ab"])
def test_a_wrong_link_is_a_friendly_page(client, survey, token):
    for page in (client.get(f"/s/{token}/"), client.post(f"/s/{token}/", {"score": 5})):
        assert page.status_code == 404
    assert not ScoreClick.objects.exists()


def test_wrong_and_expired_links_take_the_same_queries(asked, clock):
    clock.shift(dt.timedelta(days=31))
    asked.client.get(asked.url)
    with CaptureQueriesContext(connection) as expired:
        asked.client.get(asked.url)
    with CaptureQueriesContext(connection) as wrong:
        asked.client.get("/s/nobody/")

    assert len(wrong) == len(expired) <= 12


def test_thanks_come_after_an_answer_only(asked):
    assert asked.client.get(f"{asked.url}thanks/").url == asked.url


def test_too_many_requests_from_one_address(asked, monkeypatch):
    monkeypatch.setattr(capture, "REQUESTS_PER_MINUTE", 3)
    answers = [asked.client.get(asked.url).status_code for _ in range(4)]
    elsewhere = Client(REMOTE_ADDR="192.0.2.7").get(asked.url).status_code

    assert answers == [200, 200, 200, 429]
    assert elsewhere == 200


def test_a_hand_on_the_page_keeps_the_score_provisionally(asked):
    assert asked.touch(6).status_code == 204
    assert (asked.response.score, asked.response.state) == (6, "provisional")

    asked.touch(7)
    assert asked.response.score == 7
    asked.send(9)
    assert (asked.response.score, asked.response.state) == (9, "confirmed")
    asked.touch(2)
    assert (asked.response.score, asked.response.state) == (9, "confirmed")


def test_only_known_methods(asked):
    assert asked.client.put(asked.url).status_code == 405
    assert asked.client.get(f"{asked.url}touch/").status_code == 405
    assert asked.client.post(f"{asked.url}thanks/").status_code == 405
