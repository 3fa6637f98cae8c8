"""How dates and money read on a screen: short, in the reader's zone and language."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.formats import date_format, number_format, time_format
from django.utils.translation import get_language, ngettext, pgettext
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


def day_of(value: dt.date) -> dt.date:
    """The reader's calendar day of a date or an aware datetime."""
    return timezone.localtime(value).date() if isinstance(value, dt.datetime) else value


def clock(value: dt.datetime) -> str:
    local = timezone.localtime(value)
    return written_time(dt.time(local.hour, local.minute), get_language())


def short_day(day: dt.date, today: dt.date) -> str:
    """ "Tue 18 Nov" in this year and half a year around, "18 Nov 2023" otherwise."""
    near = day.year == today.year or abs((day - today).days) < 180
    return (near_in_short if near else far_in_short)(day, get_language())


def full_moment(value: dt.date) -> str:
    """Everything there is to know, for a tooltip."""
    language = get_language()
    if not isinstance(value, dt.datetime):
        return written_day(value, language)
    local = timezone.localtime(value)
    day = written_day(local.date(), language)
    return f"{day}, {written_time(dt.time(local.hour, local.minute), language)} {local.tzname()}"


# A list shows the same few days again and again, and writing one out takes longer than anything else in its
# row. The language stands among the arguments because it is part of the answer.
@lru_cache(maxsize=2000)
def written_day(day: dt.date, language: str | None) -> str:
    return date_format(day, pgettext("full date", "l j F Y"))


@lru_cache(maxsize=2000)
def near_in_short(day: dt.date, language: str | None) -> str:
    return date_format(day, pgettext("date format", "D j M"))


@lru_cache(maxsize=2000)
def far_in_short(day: dt.date, language: str | None) -> str:
    return date_format(day, pgettext("date format with year", "j M Y"))


@lru_cache(maxsize=1440)
def written_time(time: dt.time, language: str | None) -> str:
    return time_format(time, pgettext("time format", "H:i"))


def moment(value: dt.date, *, now: dt.datetime) -> str:
    """When something happened or will: "12 min ago", "today, 17:00", "Tue 18 Nov"."""
    today, day = day_of(now), day_of(value)
    days = (day - today).days
    if not isinstance(value, dt.datetime):
        return near_day(days) or short_day(day, today)
    seconds = (now - value).total_seconds()
    if 0 <= seconds < 60:
        return _("just now")
    if 0 <= seconds < 3600:
        return _("%(minutes)d min ago") % {"minutes": seconds // 60}
    named = near_day(days)
    if named:
        return _("%(day)s, %(time)s") % {"day": named, "time": clock(value)}
    return short_day(day, today)


def near_day(days: int) -> str:
    if days == 0:
        return _("today")
    if days == -1:
        return _("yesterday")
    return _("tomorrow") if days == 1 else ""


def due(value: dt.date, *, now: dt.datetime) -> Due:
    """How a due date reads: "2 days late", "by 17:00", "in 3 days", "Thu 18 Dec"."""
    today, day = day_of(now), day_of(value)
    days = (day - today).days
    if days < 0:
        return Due(ngettext("%(days)d day late", "%(days)d days late", -days) % {"days": -days}, "bad")
    if days == 0:
        return due_today(value, now)
    if days == 1:
        return Due(_("tomorrow"), "plain")
    if days < 7:
        return Due(_("in %(days)d days") % {"days": days}, "plain")
    return Due(short_day(day, today), "plain")


def due_today(value: dt.date, now: dt.datetime) -> Due:
    if not isinstance(value, dt.datetime) or clock(value) >= "23:59":
        return Due(_("today"), "look")
    if value < now:
        return Due(_("late since %(time)s") % {"time": clock(value)}, "bad")
    return Due(_("by %(time)s") % {"time": clock(value)}, "look")


def money(amount: Decimal | float, currency: str, *, short: bool = False) -> str:
    """An amount with its currency the way the reader's language writes it; `short` gives "$412k"."""
    value = Decimal(amount)
    size, unit, places = shorten(abs(value)) if short else exact(abs(value), currency)
    digits = number_format(size, decimal_pos=places, use_l10n=True, force_grouping=True) + unit
    symbol = SYMBOLS.get(currency, currency)
    if (get_language() or "en").startswith(SYMBOL_FIRST):
        written = f"{symbol}{'' if not symbol.isalpha() else NARROW}{digits}"
    else:
        written = f"{digits}{NARROW}{symbol}"
    return f"{MINUS}{written}" if value < 0 and size else written


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
