"""Staff pages: who sees what, how many queries it takes, and what the buttons do."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.core.models import Role
from surveys.figures import account_score, coverage
from surveys.models import Response, Survey, SurveyRules
from surveys.navigation import find_surveys
from surveys.panels import last_answers, latest_answers, score_fact
from surveys.services.counting import count_due_responses
from tests.factories import create_account, create_contact, create_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def answer(ask, clock):
    """A counted answer; give `owner`, `contact`, `score` or `comment`."""

    def make(*, score=9, comment="", **fields):
        asked = ask(**fields)
        asked.send(score, comment)
        clock.shift(61)
        count_due_responses()
        return asked

    return make


@pytest.fixture
def page(survey):
    return survey.get_absolute_url()


def test_it_works(client, answer, page):
    asked = answer(score=3, comment="The delivery window.")
    client.force_login(asked.owner)

    html = client.get(page).content.decode()
    assert "The delivery window." in html
    assert asked.invitation.account.name in html
    assert "1 answer, too few to say" in html
    assert "Call due" in html
    assert "100 % of sent" in html
    assert "After delivery" in client.get("/surveys/").content.decode()


@pytest.mark.parametrize("role", Role.values)
def test_roles(client, survey, role):
    runs = role in ("admin", "marketer")
    client.force_login(create_user(role=role))

    assert client.get("/surveys/").status_code == 200
    assert client.get(survey.get_absolute_url()).status_code == 200
    assert client.get(reverse("surveys:edit", args=[survey.pk])).status_code == (200 if runs else 403)
    state = client.post(reverse("surveys:state", args=[survey.pk]), {"state": "paused"})
    assert state.status_code == (302 if runs else 403)
    assert client.get("/settings/surveys/").status_code == (200 if role == "admin" else 403)
    survey.refresh_from_db()
    assert survey.state == ("paused" if runs else "running")


@pytest.mark.parametrize("path", ["/surveys/", "/surveys/1/", "/surveys/1/edit/", "/settings/surveys/"])
def test_strangers_are_sent_to_sign_in(client, path):
    assert client.get(path).url.startswith("/accounts/login/")


def test_what_does_not_exist(client):
    client.force_login(create_user())

    assert client.get("/surveys/999999/").status_code == 404


def test_others_customers_are_not_shown_or_counted(client, answer, page):
    answer(comment="A word for somebody else")
    client.force_login(create_user(role=Role.ACCOUNT_MANAGER))

    html = client.get(page).content.decode()
    assert "A word for somebody else" not in html
    assert "no answers yet" in html


def test_bands(client, answer, page):
    answer(score=9, comment="Lovely")
    answer(score=2, comment="Dreadful")
    client.force_login(create_user())

    html = client.get(page, {"band": "detractor"}).content.decode()
    assert "Dreadful" in html
    assert "Lovely" not in html
    assert client.get(page, {"band": "nonsense"}).status_code == 200
    assert client.get(page, {"cursor": "nonsense"}).status_code == 400


def test_older_answers_are_on_the_next_page(client, answer, page):
    first = answer(comment="The very first")
    for _ in range(25):
        answer()
    client.force_login(create_user())

    html = client.get(page).content.decode()
    assert "The very first" not in html
    response = client.get(page)
    older = client.get(page, {"cursor": response.context["page"].next}).content.decode()
    assert "The very first" in older
    assert first.invitation.account.name in older


def test_queries_do_not_grow_with_answers(client, answer, page, django_assert_num_queries):
    client.force_login(create_user())
    for _ in range(3):
        answer(score=2, comment="Late")
    client.get(page)

    with django_assert_num_queries(7):
        client.get(page)
    with django_assert_num_queries(5):
        client.get("/surveys/")


def test_texts_are_edited(client, survey):
    client.force_login(create_user(role=Role.MARKETER))
    url = reverse("surveys:edit", args=[survey.pk])
    fields = {name: getattr(survey, name) for name in client.get(url).context["form"].fields}

    assert client.post(url, {**fields, "question": "Would you?", "delay_days": 3}).status_code == 302
    survey.refresh_from_db()
    assert (survey.question, survey.delay_days) == ("Would you?", 3)
    assert client.post(url, {**fields, "question": ""}).status_code == 422
    assert client.post(url, {**fields, "expires_days": 0}).status_code == 422


def test_pause_resume_end(client, survey):
    client.force_login(create_user())
    url = reverse("surveys:state", args=[survey.pk])

    for state, then in [
        ("paused", "paused"),
        ("running", "running"),
        ("ended", "ended"),
        ("running", "ended"),
        ("x", "ended"),
    ]:
        assert client.post(url, {"state": state}).status_code == 302
        survey.refresh_from_db()
        assert survey.state == then


def test_rules_are_changed(client, survey):
    client.force_login(create_user())
    fields = {
        "hold_seconds": 0,
        "fast_click_seconds": 0,
        "two_scores_seconds": 0,
        "provisional_hours": 12,
        "edit_days": 7,
    }

    assert client.post("/settings/surveys/", fields).status_code == 302
    assert SurveyRules.load().provisional_after == dt.timedelta(hours=12)
    assert client.post("/settings/surveys/", {**fields, "edit_days": -1}).status_code == 422


def test_the_account_shows_its_whole_family(answer):
    district = create_account()
    school = create_account(parent=district, kind="location")
    create_contact(account=district)
    answer(contact=create_contact(account=school), score=4)

    assert account_score(district).n == 1
    assert score_fact(district, create_user())["score"].verdict == "1 answer, too few to say"
    assert (coverage(district).heard, coverage(district).people) == (1, 2)
    assert len((last_answers(district, create_user()) or {})["answers"]) == 1
    assert last_answers(create_account(), create_user()) is None


def test_just_in_is_ones_own_or_everybodys(answer):
    asked = answer()
    boss, other = create_user(), create_user(role=Role.ACCOUNT_MANAGER)

    assert len(latest_answers(asked.owner, False)["answers"]) == 1
    assert latest_answers(boss, False) is None
    assert len((latest_answers(boss, True) or {})["answers"]) == 1
    assert latest_answers(other, True) is None
    Response.objects.update(counted_at=timezone.now() - dt.timedelta(days=15))
    assert latest_answers(asked.owner, False) is None


def test_the_palette_finds_surveys(survey):
    assert [hit.label for hit in find_surveys(create_user(), "DÉLIV", 5)] == ["After delivery"]
    assert find_surveys(create_user(), "nothing", 5) == []
    assert Survey.objects.named("deliv").get() == survey


def test_cards_come_behind_the_account_screen(client, answer):
    """In a request of their own, or with the page where there is no JavaScript."""
    district = create_account()
    answer(contact=create_contact(account=district), score=9)
    client.force_login(create_user())
    page, heard = district.get_absolute_url(), "1 of 1 people heard"

    assert heard not in client.get(page).text
    assert f'hx-get="{page}cards/"' in client.get(page).text
    assert heard in client.get(f"{page}cards/", headers={"HX-Request": "true"}).text
    assert heard in client.get(f"{page}cards/", follow=True).text
