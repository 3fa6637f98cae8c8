"""From the words of a cell to a value, or the reason why not."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_noop

BAD_WIDTH = gettext_noop("The line has not as many cells as the header")
BAD_DATE = gettext_noop("A date cannot be read")
BAD_AMOUNT = gettext_noop("A quantity, price or cost is not a number")

PLAIN = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{0,18})?|[+-]?\.[0-9]{1,18}")
GROUPED = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3}){1,5}(\.[0-9]{0,18})?")
WHOLE_AS_FLOAT = re.compile(r"[0-9]+\.0")  # how spreadsheets and data frames write customer 17850
FORMULA_GUARD = re.compile(r"^'(?=[=+\-@])")  # what our own refused-rows file puts before a formula
FIRST_YEAR = 1900
MOST = Decimal(10) ** 9
as_json = json.JSONEncoder(ensure_ascii=False).encode


class RowRefused(ValueError):
    """This row cannot be taken; `reason`, yet to be translated, says why."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


def words_of(cells: Sequence[str], columns: Mapping[str, int], defaults: Mapping[str, str]) -> dict[str, str]:
    """The words of each field, trimmed and without line breaks; defaults where a cell is empty."""
    found = dict(defaults)
    for name, place in columns.items():
        if place < len(cells) and (text := " ".join(cells[place].split())):
            found[name] = FORMULA_GUARD.sub("", text) if text[0] == "'" else text
    return found


def plain_number(text: str) -> str:
    return text[:-2] if WHOLE_AS_FLOAT.fullmatch(text) else text


def amount_reader(decimal: str) -> Callable[[str], Decimal]:
    """Reads numbers with this decimal mark; thousands may be grouped by the other mark or by spaces."""
    swap = str.maketrans({",": ".", ".": ","}) if decimal == "," else {}

    @lru_cache(maxsize=4096)
    def read(text: str) -> Decimal:
        plain = text.translate(swap).replace(" ", "").replace("\u2212", "-")
        if GROUPED.fullmatch(plain):
            plain = plain.replace(",", "")
        if not PLAIN.fullmatch(plain):
            raise RowRefused(BAD_AMOUNT)
        return Decimal(plain)

    return read


def moment_reader(date_format: str, zone: ZoneInfo) -> Callable[[str], str | None]:
    """Reads dates into ISO moments in UTC; without a zone they are the company's, without a time midnight."""
    formats = formats_of(date_format)

    @lru_cache(maxsize=4096)
    def read(text: str) -> str | None:
        return aware(text, formats, zone).astimezone(dt.UTC).isoformat() if text else None

    return read


def day_reader(date_format: str, zone: ZoneInfo) -> Callable[[str], str | None]:
    """Reads dates into ISO days of the company."""
    formats = formats_of(date_format)

    @lru_cache(maxsize=4096)
    def read(text: str) -> str | None:
        return aware(text, formats, zone).astimezone(zone).date().isoformat() if text else None

    return read


def formats_of(date_format: str) -> list[str]:
    if "%H" in date_format:
        return [date_format]
    return [date_format, f"{date_format} %H:%M", f"{date_format} %H:%M:%S"]


def aware(text: str, formats: Sequence[str], zone: ZoneInfo) -> dt.datetime:
    found = parsed(text, formats)
    if found is None or not FIRST_YEAR <= found.year < 9999:
        raise RowRefused(BAD_DATE)
    return found if found.tzinfo else found.replace(tzinfo=zone)


def parsed(text: str, formats: Sequence[str]) -> dt.datetime | None:
    for one in formats:
        try:
            if one == "iso":
                return dt.datetime.fromisoformat(text)
            return dt.datetime.strptime(text, one)  # noqa: DTZ007  (the zone is put on by who asks)
        except ValueError:
            continue
    return None
