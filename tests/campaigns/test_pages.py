"""The campaigns pages: who sees what, who may do what, and what is counted."""

from __future__ import annotations

import datetime as dt

import pytest

from crm.core.models import Company, Role
from crm.core.registry import registry
from customers.flows.engine import step_due
from customers.flows.models import Enrolment, Flow, FlowVersion
from customers.flows.services import ensure_flow
from customers.models import Message
from customers.outreach.reasons import Reason
from tests.campaigns.conftest import PAGE, text_of
from tests.factories import create_account, create_user

pytestmark = pytest.mark.django_db
LIST = "/campaigns/"
EVERY_PAGE = [LIST, PAGE]


def test_it_works(client, admin, enter):
    enter(name="Lincoln High")

    found = client.get(LIST)
    assert "After a first delivery" in text_of(found)
    assert [totals.under_way for _, totals in found.context["rows"]] == [1]

    page = text_of(client.get(PAGE))
    assert "Inspect what was delivered before the season" in page
    assert "wait 60 days, until a working day, 9:00 their time" in page
    assert "not if they bought again" in page
    assert "Lincoln High" in page
    assert "Call and ask how it is going, within 2 days" in page


@pytest.mark.parametrize("url", EVERY_PAGE)
def test_strangers_sign_in_first(client, url):
    assert client.get(url).status_code == 302


@pytest.mark.parametrize("role", Role.values)
def test_everybody_may_read(client, role, enter):
    enter()
    client.force_login(create_user(role=role))

    for url in EVERY_PAGE:
        assert client.get(url).status_code == 200


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.ADMIN, 302), (Role.MARKETER, 302), (Role.ACCOUNT_MANAGER, 403), (Role.SERVICE_REP, 403)],
)
@pytest.mark.parametrize("deed", ["pause", "start", "retry"])
def test_who_may_run(client, flow, role, status, deed):
    client.force_login(create_user(role=role))

    assert client.post(f"{PAGE}{deed}/").status_code == status
    buttons = client.get(PAGE).content.decode()
    assert (f"{PAGE}pause/" in buttons or f"{PAGE}start/" in buttons) == (status == 302)


@pytest.mark.parametrize("deed", ["pause", "start", "retry"])
def test_deeds_are_posted(client, admin, flow, deed):
    assert client.get(f"{PAGE}{deed}/").status_code == 405


@pytest.mark.parametrize("url", [f"{LIST}nothing/", f"{LIST}runs/0/take-out/"])
def test_what_is_not_there(client, admin, url):
    assert client.get(url).status_code == 404


@pytest.mark.parametrize("url", EVERY_PAGE)
def test_a_made_up_cursor_is_refused(client, admin, url):
    assert client.get(url, {"cursor": "made-up"}).status_code == 400


def test_pause_says_how_many_wait_and_start_goes_on(client, admin, enter, flow):
    enter()
    enter()

    assert "2 people are under way and will wait" in text_of(client.get(PAGE))
    client.post(f"{PAGE}pause/")
    flow.refresh_from_db()
    assert flow.state == Flow.State.PAUSED
    assert "2 people are waiting" in text_of(client.get(PAGE))

    client.post(f"{PAGE}start/")
    flow.refresh_from_db()
    assert flow.state == Flow.State.RUNNING


def test_the_failed_are_shown_and_can_try_again(client, admin, enter, flow):
    enrolment = enter(name="Lincoln High")
    Enrolment.objects.update(state="failed", ended_at=enrolment.entered_at, position=1, outcome="KeyError: x")

    page = text_of(client.get(PAGE, {"state": "failed"}))
    assert "Lincoln High" in page
    assert "KeyError: x" in page
    assert "1 failed" in page

    client.post(f"{PAGE}retry/")
    enrolment.refresh_from_db()
    assert (enrolment.state, enrolment.outcome) == ("active", "")


def test_a_step_that_no_app_offers_is_shown_by_name(client, admin, enter, flow):
    FlowVersion.objects.create(flow=flow, number=99, steps=[{"id": "x", "step": "teleport", "params": {}}])

    assert "teleport" in text_of(client.get(PAGE))


def test_counts_per_step_span_versions(client, admin, enter, flow, clock):
    for _ in range(3):
        enter()
    step_due()
    first = flow.latest_version()
    ensure_flow(
        slug=flow.slug,
        name=flow.name,
        steps=[{"id": "new", "step": "stop", "params": {}}, *first.steps],
        exits=first.exits,
    )
    enter()
    clock.shift(dt.timedelta(days=10))
    step_due()

    steps = {step.spec["id"]: step for step in client.get(PAGE).context["steps"]}

    assert (steps["new"].done, steps["settle-in"].done, steps["inspect"].done) == (1, 3, 3)
    assert (steps["inspect"].to_be_sent, steps["call"].waiting) == (3, 3)


def test_why_not_sent_in_words(client, admin, enter, clock):
    for _ in range(3):
        enter()
    step_due()
    clock.shift(dt.timedelta(days=10))
    step_due()
    refused = Message.objects.filter(kind="nurture").order_by("pk")[:2]
    Message.objects.filter(pk__in=[message.pk for message in refused]).update(
        state="refused", reason=Reason.GAP
    )

    response = client.get(PAGE)

    assert response.context["reasons"] == [(str(Reason.GAP.label), 2)]
    assert "2 not sent" in text_of(response)
    assert "1 planned" in text_of(response)


def test_managers_see_and_count_their_own(client, enter):
    owner = create_user(role=Role.ACCOUNT_MANAGER)
    parent = create_account(owner=owner)
    enter(name="Mine below", parent=parent, owner=None)
    enter(name="Not mine")
    client.force_login(owner)

    page = client.get(PAGE)
    assert "Mine below" in text_of(page)
    assert "Not mine" not in text_of(page)
    assert page.context["totals"].entered == 1
    assert [totals.entered for _, totals in client.get(LIST).context["rows"]] == [1]


def test_names_stay_text(client, admin, enter):
    enter(name="<script>alert(1)</script>{{ 7|add:7 }}")

    page = client.get(PAGE).content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7|add:7 }}" in page


def test_people_by_keyset(client, admin, enter, flow):
    first = enter()
    template = {"flow": flow, "version": first.version, "account": first.account}
    Enrolment.objects.bulk_create([Enrolment(key=f"extra-{n}", **template) for n in range(30)])

    page = client.get(PAGE)
    older = client.get(PAGE, {"cursor": page.context["page"].next})

    shown = [line.enrolment.pk for one in (page, older) for line in one.context["lines"]]
    assert shown == sorted(shown, reverse=True)
    assert len(shown) == 31


def test_every_row_of_ours_follows_its_customer():
    assert {"customers.Enrolment", "customers.StepRun"} <= registry.customer_data.keys()


def test_query_counts(client, admin, enter, django_assert_num_queries):
    Company.load()
    for _ in range(12):
        enter()
    step_due()

    # session, user, company; flows, totals
    with django_assert_num_queries(5):
        client.get(LIST)
    # session, user, company; flow, newest version, all versions, tally, mail, people
    with django_assert_num_queries(9):
        client.get(PAGE)


def test_an_empty_sequence_teaches(client, admin):
    ensure_flow(slug="idle", name="Idle", steps=[])

    page = text_of(client.get("/campaigns/idle/"))

    assert "Nobody here" in page
    assert "Nothing was held back" in page
    assert "Nobody: everyone takes all steps." in page
