"""Numbers and dates of a workbook as words, written the way the map of the import reads them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache

from customers.imports.workbooks.parsing import Elements

NUMBER = re.compile(r"[+-]?([0-9]{1,400}(\.[0-9]{0,400})?|\.[0-9]{1,400})([eE][+-]?[0-9]{1,3})?")
WHOLE = re.compile(r"-?[0-9]{1,18}")
SIGNIFICANT = ".15g"  # what a spreadsheet shows of a number; the rest is noise of the binary form
LARGEST = 1e30
BUILT_IN_DATES = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
NOT_A_DATE_SIGN = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]')
DATE_SIGN = re.compile(r"[dmyhs]", re.IGNORECASE)
FIRST_DAY = {False: dt.datetime(1899, 12, 30), True: dt.datetime(1904, 1, 1)}  # noqa: DTZ001  (no zone there)
NEVER_A_DAY = 60  # 29 February 1900, which spreadsheets count and calendars don't
LAST_SERIAL = 2_958_466
REMEMBERED = 8192


class Styles(Elements):
    """Which of the styles that cells name are dates."""

    def __init__(self) -> None:
        self.dates: list[bool] = []
        self.formats: dict[str, bool] = {str(number): True for number in BUILT_IN_DATES}
        self.counts = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "numFmt":
            self.formats[attributes.get("numFmtId", "")] = is_date_format(attributes.get("formatCode", ""))
        elif name == "cellXfs":
            self.counts = True
        elif name == "xf" and self.counts:
            self.dates.append(self.formats.get(attributes.get("numFmtId", ""), False))

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self.is_done = True

    def is_date(self, style: str) -> bool:
        return (
            style.isdecimal() and len(style) < 7 and int(style) < len(self.dates) and self.dates[int(style)]
        )


def is_date_format(code: str) -> bool:
    """Whether a format of numbers shows days or hours; only its first section counts."""
    return bool(DATE_SIGN.search(NOT_A_DATE_SIGN.sub("", code[:1000]).partition(";")[0]))


class Wording:
    """Writes values as an import reads them: with its decimal mark and in its form of dates."""

    def __init__(self, *, decimal: str = ".", date_format: str = "iso", is_1904: bool = False) -> None:
        self.decimal, self.date_format, self.is_1904 = decimal, date_format, is_1904
        self.number = lru_cache(maxsize=REMEMBERED)(self.write_number)

    def write_number(self, text: str, is_date: bool) -> str:
        """A stored number, as a date where its style says so. What is no number comes back as it is."""
        if not NUMBER.fullmatch(text):
            return text
        moment = moment_of(float(text), is_1904=self.is_1904) if is_date else None
        if moment is not None:
            return self.moment(moment)
        return plain(text).replace(".", self.decimal)

    def moment(self, moment: dt.datetime | dt.time) -> str:
        if isinstance(moment, dt.time):
            return moment.isoformat()
        if self.date_format != "iso" and "%H" in self.date_format:
            return moment.strftime(self.date_format)
        day = f"{moment:%Y-%m-%d}" if self.date_format == "iso" else moment.strftime(self.date_format)
        return f"{day} {moment:%H:%M:%S}" if moment.time() != dt.time.min else day

    def iso(self, text: str) -> str:
        """A moment that is stored in ISO 8601."""
        try:
            return self.moment(dt.datetime.fromisoformat(text).replace(tzinfo=None))
        except ValueError:
            return text


def plain(text: str) -> str:
    if WHOLE.fullmatch(text):
        return text
    value = float(text)
    if abs(value) > LARGEST:
        return text
    return format(Decimal(format(value, SIGNIFICANT)), "f")


def moment_of(serial: float, *, is_1904: bool) -> dt.datetime | dt.time | None:
    """The day and hour of a serial number, to the second; None for what is none."""
    if not 0 <= serial < LAST_SERIAL - 1462:
        return None
    seconds = dt.timedelta(seconds=round(serial * 86_400))
    if seconds < dt.timedelta(days=1):
        return (FIRST_DAY[is_1904] + seconds).time()
    if not is_1904 and int(serial) == NEVER_A_DAY:
        return None
    shift = dt.timedelta(days=int(not is_1904 and serial < NEVER_A_DAY))
    return FIRST_DAY[is_1904] + shift + seconds
