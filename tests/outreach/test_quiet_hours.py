from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from customers.outreach.claiming import claim
from customers.outreach.quiet import quiet_until, start_of_day, start_of_next_day, zone_named
from customers.outreach.services import change_touch_rules
from tests.factories import create_contact
from tests.outreach.conftest import NOON, Planner, plan

UTC = ZoneInfo("UTC")
EIGHT, TWENTY = dt.time(8), dt.time(20)
ZONES = ("UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Cairo")


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("zone", "now", "over"),
    [
        ("UTC", "2026-03-02 12:00", None),
        ("UTC", "2026-03-02 19:59", None),
        ("UTC", "2026-03-02 20:00", "2026-03-03 08:00"),
        ("UTC", "2026-03-03 07:59", "2026-03-03 08:00"),
        ("UTC", "2026-03-03 08:00", None),
        ("America/New_York", "2026-03-02 12:00", "2026-03-02 13:00"),  # 7:00 there
        ("Asia/Kathmandu", "2026-03-02 14:30", "2026-03-03 02:15"),  # 20:15 there
        # the night in which New York's clocks go forward is one hour shorter, and back one hour longer
        ("America/New_York", "2026-03-08 01:30", "2026-03-08 12:00"),
        ("America/New_York", "2026-11-01 01:30", "2026-11-01 13:00"),
    ],
)
def test_when_the_night_is_over(zone: str, now: str, over: str | None) -> None:
    found = quiet_until(at(now), zone=ZoneInfo(zone), quiet_from=TWENTY, quiet_until=EIGHT)
    assert found == (at(over) if over else None)


def test_quiet_hours_in_the_middle_of_the_day() -> None:
    found = quiet_until(at("2026-03-02 12:30"), zone=UTC, quiet_from=dt.time(12), quiet_until=dt.time(14))
    assert found == at("2026-03-02 14:00")


def test_an_end_that_comes_twice_is_still_ahead() -> None:
    """1:30 has passed once already when the clocks go back at 2:00; it comes again."""
    berlin = ZoneInfo("Europe/Berlin")
    now = at("2026-10-25 01:10")  # 2:10 for the second time
    found = quiet_until(now, zone=berlin, quiet_from=TWENTY, quiet_until=dt.time(2, 30))
    assert found == at("2026-10-25 01:30")


@given(
    st.datetimes(dt.datetime(2025, 1, 1), dt.datetime(2027, 1, 1)),
    st.sampled_from(ZONES),
    st.times(),
    st.times(),
)
def test_the_end_is_always_ahead_and_awake(
    now: dt.datetime, zone: str, quiet_from: dt.time, over: dt.time
) -> None:
    now = now.replace(tzinfo=dt.UTC)
    found = quiet_until(now, zone=ZoneInfo(zone), quiet_from=quiet_from, quiet_until=over)
    assert found is None or now < found < now + dt.timedelta(hours=50)


@given(st.datetimes(dt.datetime(2025, 1, 1), dt.datetime(2027, 1, 1)), st.sampled_from(ZONES))
def test_days_begin_before_and_end_after_now(now: dt.datetime, zone: str) -> None:
    now, place = now.replace(tzinfo=dt.UTC), ZoneInfo(zone)
    assert start_of_day(now, place) <= now < start_of_next_day(now, place)


@pytest.mark.parametrize("name", ["Atlantis/Capital", "../etc/passwd", "", "UTC\0"])
def test_an_unknown_zone_is_the_companys(name: str) -> None:
    assert zone_named(name, ZoneInfo("Europe/Berlin")) == ZoneInfo("Europe/Berlin")


@pytest.mark.django_db
def test_each_contact_by_their_own_clock(outreach: Planner, clock: time_machine.Traveller) -> None:
    change_touch_rules(quiet_hours=True)
    berlin = plan(contact=create_contact(time_zone="Europe/Berlin"))
    tokyo = plan(contact=create_contact(time_zone="Asia/Tokyo"))
    lost = plan(contact=create_contact(time_zone="Atlantis/Capital"))
    assert set(claim().message_ids) == {berlin.pk, lost.pk}
    tokyo.refresh_from_db()
    assert (tokyo.state, tokyo.reason) == ("planned", "quiet_hours")
    assert tokyo.due_at == NOON + dt.timedelta(hours=11)  # 8:00 on Tuesday there
