"""From the cells of a record to a staged row, for importers whose rows are nothing but their fields."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import translation
from django.utils.translation import gettext_noop

from crm.core.importers import Importer, ImportField
from customers.imports.cells import (
    BAD_WIDTH,
    MOST,
    RowRefused,
    amount_reader,
    as_json,
    day_reader,
    moment_reader,
    plain_number,
    words_of,
)
from customers.imports.mapping import ImportMap
from customers.imports.reading import Record

MISSING = gettext_noop("nothing stands there")
TOO_LONG = gettext_noop("longer than we can keep")
NO_MAIL = gettext_noop("not a mail address")
NO_NUMBER = gettext_noop("not a number")
TOO_LARGE = gettext_noop("too large a number")
TOO_SMALL = gettext_noop("too small a number")
NO_DATE = gettext_noop("a date that cannot be read")
NO_CHOICE = gettext_noop("not one of the known values")
NO_FLAG = gettext_noop("neither yes nor no")

FLAGS = {
    **dict.fromkeys(("yes", "y", "true", "t", "1", "x", "on", "ja", "oui", "si", "sí"), "t"),
    **dict.fromkeys(("no", "n", "false", "f", "0", "-", "off", "nein", "non"), "f"),
}
SEVERAL = re.compile(r"\s*[,;|]\s*")
STAGED_FIRST = ("line", "reason", "of_field", "raw")  # the fields follow, in the importer's order

Read = Callable[[str], Any]


class FieldReader:
    """Reads the rows of one file by its map, field by field.

    `columns` are positions per field, `width` is the number of cells every row must have (None: any number).
    Calling it with a record answers the values of `STAGED_FIRST` and the fields; None is NULL.
    """

    def __init__(
        self,
        importer: Importer,
        found: ImportMap,
        *,
        columns: Mapping[str, int],
        width: int | None,
        zone: ZoneInfo,
    ) -> None:
        self.map, self.columns, self.width = found, columns, width
        self.fields = [(field, reader_of(field, found, zone)) for field in importer.fields]
        self.nothing = [None] * len(self.fields)

    def __call__(self, record: Record) -> Sequence[Any]:
        """The row, with the reason (and the field it speaks of) when it is refused."""
        raw = as_json(record.cells)
        if record.problem:
            return [record.line, record.problem, None, raw, *self.nothing]
        if self.width is not None and len(record.cells) != self.width:
            return [record.line, BAD_WIDTH, None, raw, *self.nothing]
        words = words_of(record.cells, self.columns, self.map.defaults)
        values = []
        for field, read in self.fields:
            try:
                values.append(value_of(field, read, words.get(field.name, "")))
            except RowRefused as refusal:
                return [record.line, refusal.reason, field.name, raw, *self.nothing]
        return [record.line, None, None, raw, *values]


def value_of(field: ImportField, read: Read, text: str) -> Any:
    if text:
        return read(text)
    if field.needed:
        raise RowRefused(MISSING)
    return None


def reader_of(field: ImportField, found: ImportMap, zone: ZoneInfo) -> Read:
    """What turns the words of a field's cells into a value for COPY; it raises RowRefused."""
    if field.kind == "number":
        return number_reader(field, found.decimal)
    if field.kind == "day":
        return dated(day_reader(found.date_format, zone))
    if field.kind == "moment":
        return dated(moment_reader(found.date_format, zone))
    if field.kind in ("choice", "choices"):
        return choice_reader(field)
    if field.kind == "flag":
        return flag
    if field.kind == "email":
        return mail
    return key_reader(field) if field.is_key else lambda text: text[: field.max_length]


def key_reader(field: ImportField) -> Read:
    def read(text: str) -> str:
        if len(text) > field.max_length:
            raise RowRefused(TOO_LONG)
        return plain_number(text)

    return read


def number_reader(field: ImportField, decimal: str) -> Read:
    amount, unit = amount_reader(decimal), Decimal(1).scaleb(-field.places)

    def read(text: str) -> Decimal:
        try:
            found = amount(text).quantize(unit, ROUND_HALF_UP)
        except RowRefused as refusal:
            raise RowRefused(NO_NUMBER) from refusal
        except ArithmeticError as error:
            raise RowRefused(TOO_LARGE) from error
        if abs(found) >= MOST:
            raise RowRefused(TOO_LARGE)
        if field.least is not None and found < field.least:
            raise RowRefused(TOO_SMALL)
        return found

    return read


def dated(read_date: Callable[[str], str | None]) -> Read:
    def read(text: str) -> str | None:
        try:
            return read_date(text)
        except (RowRefused, OverflowError) as refusal:
            raise RowRefused(NO_DATE) from refusal

    return read


def choice_reader(field: ImportField) -> Read:
    """Values and labels are known in English and in the company's language, in whatever case."""
    known = {str(label).casefold(): value for value, label in field.choices.items()}
    with translation.override("en"):
        known |= {str(label).casefold(): value for value, label in field.choices.items()}
    known |= {value.casefold(): value for value in field.choices}

    def read(text: str) -> str:
        if text.casefold() not in known:
            raise RowRefused(NO_CHOICE)
        return known[text.casefold()]

    if field.kind == "choice":
        return read
    return lambda text: f"{{{','.join(dict.fromkeys(map(read, filter(None, SEVERAL.split(text)))))}}}"


def flag(text: str) -> str:
    if text.casefold() not in FLAGS:
        raise RowRefused(NO_FLAG)
    return FLAGS[text.casefold()]


def mail(text: str) -> str:
    found = text.lower()
    try:
        validate_email(found)
    except ValidationError as error:
        raise RowRefused(NO_MAIL) from error
    if len(found) > 254:
        raise RowRefused(TOO_LONG)
    return found
