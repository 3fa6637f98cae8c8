"""How dates and money read on a screen: short, in the reader's zone and language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from django.utils import timezone
from django.utils.formats import date_format, get_format, number_format, time_format
from django.utils.translation import get_language, ngettext, override, pgettext
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from crm.core.registry import Tone

SYMBOLS = {
    "AUD": "A$",
    "BRL": "R$",
    "CAD": "CA$",
    "CNY": "CN¥",
    "EUR": "€",
    "GBP": "£",
    "INR": "₹",
    "JPY": "¥",
    "KRW": "₩",
    "MXN": "MX$",
    "NZD": "NZ$",
    "USD": "$",
}
WITHOUT_CENTS = {"CLP", "JPY", "KRW", "VND"}
SYMBOL_FIRST = ("en", "ja", "ko", "zh")
MINUS = "\N{MINUS SIGN}"
NARROW = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class Due:
    """A due date in words, and how loudly to say it."""

    text: str
    tone: Tone


Words = TypeVar("Words", bound=Callable[..., str])


def kept(say: Words) -> Words:
    """Keep what is said for the same arguments, of which the last is the language to say it in."""

    @lru_cache(maxsize=2000)
    def said(*args: Any) -> str:
        with override(args[-1]):
            return say(*args)

    return cast(Words, said)


# A list shows the same few days again and again, and writing one out takes longer than anything else in its
# row. The language stands among the arguments because it is part of the answer.
@kept
def written_day(day: dt.date, language: str | None) -> str:
    return date_format(day, pgettext("full date", "l j F Y"))


@kept
def near_in_short(day: dt.date, language: str | None) -> str:
    return date_format(day, pgettext("date format", "D j M"))


@kept
def far_in_short(day: dt.date, language: str | None) -> str:
    return date_format(day, pgettext("date format with year", "j M Y"))


@kept
def written_time(hour: int, minute: int, language: str | None) -> str:
    return time_format(dt.time(hour, minute), pgettext("time format", "H:i"))


@kept
def minutes_ago(minutes: int, language: str | None) -> str:
    return _("%(minutes)d min ago") % {"minutes": minutes} if minutes else _("just now")


@kept
def near_day(days: int, language: str | None) -> str:
    """Yesterday, today, tomorrow; empty for other days."""
    if days == 0:
        return _("today")
    if days == -1:
        return _("yesterday")
    return _("tomorrow") if days == 1 else ""


@kept
def some_days(days: int, language: str | None) -> str:
    """How late, or how soon."""
    if days < 0:
        return ngettext("%(days)d day late", "%(days)d days late", -days) % {"days": -days}
    return _("tomorrow") if days == 1 else _("in %(days)d days") % {"days": days}


@dataclass(frozen=True)
class Reader:
    """Who reads a page: their zone, language and day. Made once for a page, so that its rows cost little."""

    now: dt.datetime
    zone: dt.tzinfo
    language: str | None
    today: dt.date

    @classmethod
    def at(cls, now: dt.datetime) -> Self:
        zone = timezone.get_current_timezone()
        return cls(now, zone, get_language(), now.astimezone(zone).date())

    def local(self, value: dt.datetime) -> dt.datetime:
        return value.astimezone(self.zone)

    def day_of(self, value: dt.date) -> dt.date:
        """The reader's calendar day of a date or an aware datetime."""
        return self.local(value).date() if isinstance(value, dt.datetime) else value

    def clock(self, value: dt.datetime) -> str:
        local = self.local(value)
        return written_time(local.hour, local.minute, self.language)

    def short_day(self, day: dt.date) -> str:
        """ "Tue 18 Nov" in this year and half a year around, "18 Nov 2023" otherwise."""
        near = day.year == self.today.year or abs((day - self.today).days) < 180
        return (near_in_short if near else far_in_short)(day, self.language)

    def full_moment(self, value: dt.date) -> str:
        """Everything there is to know, for a tooltip."""
        if not isinstance(value, dt.datetime):
            return written_day(value, self.language)
        local = self.local(value)
        day = written_day(local.date(), self.language)
        return f"{day}, {written_time(local.hour, local.minute, self.language)} {local.tzname()}"

    def moment(self, value: dt.date) -> str:
        """When something happened or will: "12 min ago", "today, 17:00", "Tue 18 Nov"."""
        day = self.day_of(value)
        days = (day - self.today).days
        if not isinstance(value, dt.datetime):
            return near_day(days, self.language) or self.short_day(day)
        seconds = (self.now - value).total_seconds()
        if 0 <= seconds < 3600:
            return minutes_ago(int(seconds // 60), self.language)
        named = near_day(days, self.language)
        if named:
            return _("%(day)s, %(time)s") % {"day": named, "time": self.clock(value)}
        return self.short_day(day)

    def due(self, value: dt.date) -> Due:
        """How a due date reads: "2 days late", "by 17:00", "in 3 days", "Thu 18 Dec"."""
        day = self.day_of(value)
        days = (day - self.today).days
        if days == 0:
            return self.due_today(value)
        if days < 7:
            return Due(some_days(days, self.language), "bad" if days < 0 else "plain")
        return Due(self.short_day(day), "plain")

    def due_today(self, value: dt.date) -> Due:
        if not isinstance(value, dt.datetime) or self.clock(value) >= "23:59":
            return Due(_("today"), "look")
        if value < self.now:
            return Due(_("late since %(time)s") % {"time": self.clock(value)}, "bad")
        return Due(_("by %(time)s") % {"time": self.clock(value)}, "look")


def money(amount: Decimal | float, currency: str, *, short: bool = False, language: str | None = None) -> str:
    """An amount with its currency the way the reader's language writes it; `short` gives "$412k"."""
    value = Decimal(amount)
    size, unit, places = shorten(abs(value)) if short else exact(abs(value), currency)
    language = language or get_language()
    digits = grouped(size, places, language) + unit
    symbol = SYMBOLS.get(currency, currency)
    if (language or "en").startswith(SYMBOL_FIRST):
        written = f"{symbol}{'' if not symbol.isalpha() else NARROW}{digits}"
    else:
        written = f"{digits}{NARROW}{symbol}"
    return f"{MINUS}{written}" if value < 0 and size else written


def grouped(size: Decimal, places: int, language: str | None) -> str:
    """Digits with the separators of the language; Django looks up each of them for each number."""
    point, comma, by = separators(language)
    if by != 3:
        return number_format(size, decimal_pos=places, use_l10n=True, force_grouping=True)
    return f"{size:,.{places}f}".translate({ord("."): point, ord(","): comma})


@lru_cache(maxsize=100)
def separators(language: str | None) -> tuple[str, str, Any]:
    """Before the decimals, between groups of digits, and how long these are."""
    return (
        get_format("DECIMAL_SEPARATOR", language, use_l10n=True),
        get_format("THOUSAND_SEPARATOR", language, use_l10n=True),
        get_format("NUMBER_GROUPING", language, use_l10n=True),
    )


def exact(size: Decimal, currency: str) -> tuple[Decimal, str, int]:
    """Cents only where there are any."""
    places = 0 if currency in WITHOUT_CENTS else 2
    size = size.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return size, "", 0 if size == size.to_integral_value() else places


def shorten(size: Decimal) -> tuple[Decimal, str, int]:
    """About three digits and a unit: 940, 9.4k, 412k, 1.2M."""
    for floor, unit in ((Decimal(999_500), _("M")), (Decimal(1_000), _("k"))):
        if size >= floor:
            scaled = size / (1_000_000 if floor > 1_000 else 1_000)
            places = 1 if scaled < 10 else 0
            return scaled.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP), unit, places
    return size.quantize(Decimal(1), ROUND_HALF_UP), "", 0
