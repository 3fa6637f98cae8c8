"""Dates and money in words."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from crm.core.wording import Reader, money

NOW = dt.datetime(2026, 11, 18, 14, 30, tzinfo=dt.UTC)


def at(day: int, hour: int = 9, minute: int = 0, *, month: int = 11, year: int = 2026) -> dt.datetime:
    return dt.datetime(year, month, day, hour, minute, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (at(18, 14, 29), "1 min ago"),
        (NOW - dt.timedelta(seconds=59), "just now"),
        (at(18, 9, 12), "today, 09:12"),
        (at(17, 9, 12), "yesterday, 09:12"),
        (at(19, 17), "tomorrow, 17:00"),
        (at(3), "Tue 3 Nov"),
        (at(3, year=2024), "3 Nov 2024"),
        (dt.date(2026, 11, 18), "today"),
        (dt.date(2027, 1, 5), "Tue 5 Jan"),
    ],
)
def test_a_moment_reads_like_speech(value, words):
    assert Reader.at(NOW).moment(value) == words


@pytest.mark.parametrize(
    ("value", "words", "tone"),
    [
        (at(16), "2 days late", "bad"),
        (at(17, 23), "1 day late", "bad"),
        (at(18, 10), "late since 10:00", "bad"),
        (at(18, 17), "by 17:00", "look"),
        (dt.date(2026, 11, 18), "today", "look"),
        (dt.date(2026, 11, 19), "tomorrow", "plain"),
        (at(21), "in 3 days", "plain"),
        (at(18, month=12), "Fri 18 Dec", "plain"),
    ],
)
def test_a_due_date_says_how_much_time_is_left(value, words, tone):
    found = Reader.at(NOW).due(value)

    assert (found.text, found.tone) == (words, tone)


def test_today_is_the_readers_today():
    with timezone.override(ZoneInfo("Pacific/Auckland")):
        assert Reader.at(NOW).moment(at(18, 9)) == "yesterday, 22:00"
        assert Reader.at(NOW).due(at(19, 20)).text == "tomorrow"


def test_words_stay_in_the_language_of_their_reader():
    reader = Reader.at(NOW)
    with translation.override("de"):
        german = Reader.at(NOW)
        assert reader.full_moment(at(7, month=7)) == "Tuesday 7 July 2026, 09:00 UTC"
    assert german.full_moment(at(7, month=7)) == "Dienstag 7 Juli 2026, 09:00 UTC"
    assert reader.full_moment(at(7, month=7)) == "Tuesday 7 July 2026, 09:00 UTC"


@pytest.mark.parametrize(
    ("amount", "currency", "short", "words"),
    [
        (Decimal("18400.00"), "USD", False, "$18,400"),
        (Decimal("18400.5"), "USD", False, "$18,400.50"),
        (Decimal("-9300"), "USD", False, "−$9,300"),
        (Decimal("-0.001"), "USD", False, "$0"),
        (Decimal("1234.6"), "JPY", False, "¥1,235"),
        (Decimal("5"), "CHF", False, "CHF\N{NO-BREAK SPACE}5"),
        (Decimal("940"), "USD", True, "$940"),
        (Decimal("9400"), "USD", True, "$9.4k"),
        (Decimal("412345"), "USD", True, "$412k"),
        (Decimal("999600"), "USD", True, "$1.0M"),
        (Decimal("1234567"), "GBP", True, "£1.2M"),
    ],
)
def test_money_in_english(amount, currency, short, words):
    assert money(amount, currency, short=short) == words


def test_money_in_german():
    with translation.override("de"):
        assert money(Decimal("18400.5"), "EUR") == "18.400,50\N{NO-BREAK SPACE}€"
