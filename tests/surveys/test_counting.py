"""From a Send to a figure, a task and an event; and what machines do."""

import datetime as dt

import pytest

from crm.core.events import drain
from crm.core.models import OutboxEvent
from customers.models import Task, TimelineEntry
from customers.services.tasks import finish_task
from surveys.models import Response, SurveyRules
from surveys.services.counting import count_due_responses

pytestmark = pytest.mark.django_db


def announced():
    return [
        event.payload for event in OutboxEvent.objects.filter(name="surveys.survey_answered").order_by("id")
    ]


def test_a_send_counts_after_the_hold(asked, clock):
    asked.send(9, "Great floor")
    clock.shift(59)
    assert count_due_responses() == 0
    assert asked.response.counted_at is None

    clock.shift(2)
    assert count_due_responses() == 1
    assert asked.response.counted_score == 9
    entry = TimelineEntry.objects.get(kind="surveys.answered")
    assert (entry.account, entry.contact) == (asked.invitation.account, asked.invitation.contact)
    assert entry.words.text == "Great floor"
    assert entry.data["score"] == 9
    assert [(event["score"], event["band"]) for event in announced()] == [(9, "promoter")]
    assert not Task.objects.exists()


def test_counting_twice_changes_nothing(asked, pass_hold):
    asked.send(4)

    assert (pass_hold(), pass_hold()) == (1, 0)
    assert len(announced()) == 1


def test_a_detractor_becomes_the_owners_task(asked, pass_hold):
    asked.send(4, "The delivery window.")
    pass_hold()

    task = Task.objects.get()
    number = asked.invitation.purchase.number
    assert task.owner == asked.owner
    assert task.kind == "recovery"
    assert task.title == f"Call {asked.invitation.contact.full_name} about order #{number}"
    assert task.why == f"Scored 4 after order #{number}: “The delivery window.”"
    assert (task.is_urgent, task.needs_outcome) == (True, True)
    assert task.due_at == dt.datetime(2026, 3, 3, 12, 1, 1, tzinfo=dt.UTC)  # eight working hours on
    assert asked.response.recovery_task == task


def test_the_loop_closes_with_the_tasks_outcome(asked, pass_hold):
    asked.send(4)
    pass_hold()
    finish_task(task=Task.objects.get(), by=asked.owner, outcome="Carrier changed")
    drain()

    assert asked.response.loop_closed_at is not None
    assert asked.response.recovery_task.outcome == "Carrier changed"


@pytest.mark.parametrize(
    ("score", "band"), [(0, "detractor"), (6, "detractor"), (7, "passive"), (8, "passive"), (10, "promoter")]
)
def test_bands(asked, pass_hold, score, band):
    asked.send(score)
    pass_hold()

    assert announced()[0]["band"] == band
    assert Task.objects.exists() == (band == "detractor")


def test_a_change_counts_again_and_is_announced_when_it_is_news(asked, pass_hold):
    asked.send(10)
    pass_hold()
    asked.send(9, "still fine")
    pass_hold()
    asked.send(3, "now it broke")
    assert asked.response.counted_score == 9
    pass_hold()

    assert asked.response.counted_score == 3
    assert [event["band"] for event in announced()] == ["promoter", "detractor"]
    assert Task.objects.count() == 1
    assert TimelineEntry.objects.filter(kind="surveys.answered").count() == 3


def test_a_clicked_score_counts_after_a_day_without_an_alert(asked, clock):
    asked.touch(2)
    clock.shift(dt.timedelta(hours=23, minutes=59))
    assert count_due_responses() == 0

    clock.shift(dt.timedelta(minutes=2))
    assert count_due_responses() == 1
    assert (asked.response.counted_score, asked.response.state) == (2, "provisional")
    assert announced() == []
    assert not Task.objects.exists()

    asked.send(2, "Sent it after all")
    clock.shift(61)
    count_due_responses()
    assert [event["band"] for event in announced()] == ["detractor"]
    assert Task.objects.count() == 1


# --- machines -----------------------------------------------------------------------------------------------


def get_every_link(asked):
    for score in range(11):
        asked.click(score)
    asked.client.get(asked.url)
    asked.follow_hidden()


def head_every_link(asked):
    for score in range(11):
        asked.client.head(f"{asked.url}?score={score}")
    asked.client.head(asked.url)
    asked.client.head(f"{asked.url}details/")


def post_the_hidden_link(asked):
    assert asked.client.post(f"{asked.url}details/", {"score": 3}).status_code == 200


def two_scores_in_ten_seconds(asked):
    asked.click(3)
    asked.click(8)
    asked.touch(8)


SCANNERS = [get_every_link, head_every_link, post_the_hidden_link, two_scores_in_ten_seconds]


@pytest.mark.parametrize("scan", SCANNERS)
def test_a_scanner_records_nothing_and_the_person_afterwards_counts(asked, clock, scan):
    scan(asked)
    clock.shift(dt.timedelta(days=2))
    count_due_responses()
    assert not Response.objects.filter(counted_at__isnull=False).exists()
    assert (announced(), Task.objects.count()) == ([], 0)

    clock.shift(1)
    asked.click(4)
    asked.send(4, "A person")
    clock.shift(61)
    count_due_responses()
    assert (asked.response.counted_score, asked.response.state) == (4, "confirmed")
    assert len(announced()) == Task.objects.count() == 1


@pytest.mark.parametrize("scan", SCANNERS)
def test_a_person_right_after_the_scanner_counts(asked, pass_hold, scan):
    scan(asked)
    asked.send(4)
    pass_hold()

    assert asked.response.counted_score == 4


@pytest.mark.parametrize("scan", SCANNERS[:3])
def test_a_clicked_score_is_suspect_where_a_scanner_was(asked, clock, scan):
    asked.touch(9)
    scan(asked)
    clock.shift(dt.timedelta(hours=25))
    count_due_responses()

    assert (asked.response.state, asked.response.counted_at) == ("suspect", None)


@pytest.mark.parametrize(("seconds", "state"), [(44, "suspect"), (46, "provisional")])
def test_two_scores_within_45_seconds(asked, clock, seconds, state):
    asked.click(3)
    clock.shift(seconds)
    asked.click(8)
    asked.touch(8)
    clock.shift(dt.timedelta(hours=25))
    count_due_responses()

    assert asked.response.state == state


@pytest.mark.parametrize(("seconds", "state"), [(9, "suspect"), (11, "provisional")])
def test_a_click_within_10_seconds_of_sending(ask, clock, seconds, state):
    asked = ask(sent=dt.timedelta(seconds=seconds))
    asked.click(9)
    asked.touch(9)
    clock.shift(dt.timedelta(hours=25))
    count_due_responses()

    assert asked.response.state == state


def test_a_send_within_10_seconds_of_sending_is_no_persons(ask, clock, pass_hold):
    asked = ask(sent=dt.timedelta(seconds=3))
    asked.send(9)
    pass_hold()

    assert asked.response.state == "suspect"
    asked.invitation.refresh_from_db()
    assert asked.invitation.state == "open"


def test_limits_of_zero_are_off(ask, pass_hold, clock):
    SurveyRules.objects.update_or_create(
        pk=1, defaults={"hold_seconds": 0, "fast_click_seconds": 0, "two_scores_seconds": 0}
    )
    asked = ask(sent=dt.timedelta(0))
    asked.click(9)
    asked.send(9)

    assert count_due_responses() == 1
    assert asked.response.counted_score == 9


def follow_hidden(asked):
    asked.follow_hidden()


def second_score(asked):
    asked.click(9)


@pytest.mark.parametrize("give_away", [follow_hidden, second_score])
def test_a_machine_gives_itself_away_during_the_hold(asked, clock, pass_hold, give_away):
    asked.click(2)
    asked.send(2)
    clock.shift(20)
    give_away(asked)
    pass_hold()
    assert (asked.response.state, asked.response.counted_at) == ("suspect", None)
    assert (announced(), Task.objects.count()) == ([], 0)

    assert "You have answered" not in asked.client.get(asked.url).content.decode()
    asked.send(2, "Now me")
    pass_hold()
    assert (asked.response.state, asked.response.counted_score) == ("confirmed", 2)
    assert len(announced()) == 1


def test_going_back_to_the_page_by_ones_own_link_is_no_second_score(asked, clock, pass_hold):
    asked.click(6)
    clock.shift(20)
    asked.send(4)
    clock.shift(5)
    asked.click(6)
    pass_hold()

    assert asked.response.counted_score == 4


def test_after_the_hold_nothing_makes_it_suspect(asked, clock, pass_hold):
    asked.send(4)
    pass_hold()
    get_every_link(asked)
    pass_hold()

    assert (asked.response.state, asked.response.counted_score) == ("confirmed", 4)


def test_a_suspect_change_leaves_what_counted(asked, clock, pass_hold):
    asked.send(9)
    pass_hold()
    asked.send(1)
    clock.shift(1)
    asked.follow_hidden()
    pass_hold()

    assert (asked.response.state, asked.response.counted_score) == ("suspect", 9)
    assert not Task.objects.exists()
