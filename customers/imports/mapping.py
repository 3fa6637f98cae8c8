"""A map says where a file keeps what an import wants to know, and how it writes dates and numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Self

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core.importers import Importer
from crm.core.registry import registry

MAPS = Path(__file__).parent / "maps"
WHITESPACE = "whitespace"
PURCHASES = "customers.purchases"

DELIMITERS = {
    ",": gettext_lazy("Comma ,"),
    ";": gettext_lazy("Semicolon ;"),
    "\t": gettext_lazy("Tab"),
    "|": gettext_lazy("Bar |"),
    WHITESPACE: gettext_lazy("Any number of spaces"),
}
ENCODINGS = {"utf-8": "UTF-8", "cp1252": "Windows-1252", "iso-8859-15": "ISO 8859-15"}
DECIMALS = {".": "1,234.50", ",": "1.234,50"}
DATE_FORMATS = {
    "iso": gettext_lazy("2026-12-31 14:05"),
    "%d/%m/%Y": gettext_lazy("31/12/2026"),
    "%m/%d/%Y": gettext_lazy("12/31/2026"),
    "%d.%m.%Y": gettext_lazy("31.12.2026"),
    "%Y%m%d": gettext_lazy("20261231"),
}


SHAPES: dict[str, type | tuple[type, ...]] = {
    "importer": str,
    "name": str,
    "fields": Mapping,
    "defaults": Mapping,
    "number_from": (list, tuple),
    "header": bool,
    "sheet": str,
    "delimiter": str,
    "encoding": str,
    "date_format": str,
    "decimal": str,
    "return_prefix": str,
    "negative_is_return": bool,
    "clear": bool,
}


class BadMap(ValueError):
    """The map cannot be used; the words say why."""


@dataclass(frozen=True, kw_only=True)
class ImportMap:
    """How one kind of file is read by one importer.

    `fields` names a column per field: a title of the header, or a number from 1. An empty cell says nothing;
    with `clear` it empties what is there. `sheet` is the one to read of a workbook, the first that is shown
    when it is empty.
    For purchases: `number_from` builds order numbers from other fields and a running number, where the file
    has none: every line is an order of its own then. Lines are returns when their order number begins with
    `return_prefix`, or their quantity is negative and `negative_is_return` says so.
    """

    importer: str = PURCHASES
    name: str = ""
    fields: Mapping[str, str | int]
    defaults: Mapping[str, str] = field(default_factory=dict)
    number_from: Sequence[str] = ()
    header: bool = True
    sheet: str = ""
    delimiter: str = ","
    encoding: str = "utf-8"
    date_format: str = "iso"
    decimal: str = "."
    return_prefix: str = ""
    negative_is_return: bool = False
    clear: bool = False

    @classmethod
    def from_dict(cls, raw: Any) -> Self:
        """A checked map from its JSON form. Raises BadMap."""
        if not isinstance(raw, dict) or not isinstance(raw.get("fields"), dict):
            raise BadMap(_("A map is a JSON object with “fields” in it."))
        unknown = set(raw) - {known.name for known in fields(cls)}
        if unknown:
            raise BadMap(_("A map knows nothing of “%(name)s”.") % {"name": min(unknown)})
        found = cls(**raw)
        found.check()
        return found

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    def check(self) -> None:
        """Raise BadMap for the first thing that cannot work."""
        for check in (check_shapes, check_fields, check_columns, check_choices, check_defaults):
            check(self)

    @property
    def reads_for(self) -> Importer:
        return registry.importers[self.importer]

    def columns(self, header: Sequence[str]) -> dict[str, int]:
        """The position of each mapped field. Raises BadMap when the header lacks a column."""
        return {name: place_of(column, header) for name, column in self.fields.items()}


def place_of(column: str | int, header: Sequence[str]) -> int:
    """Where a column stands: by its number, or the first of its title."""
    if isinstance(column, int):
        if header and column > len(header):
            raise BadMap(_("The file has no column number %(number)d.") % {"number": column})
        return column - 1
    for place, title in enumerate(header):
        if fold(title) == fold(column):
            return place
    raise BadMap(_("The file has no column “%(name)s”.") % {"name": column})


def fold(title: str) -> str:
    return title.strip().casefold()


def check_shapes(found: ImportMap) -> None:
    for name, kind in SHAPES.items():
        if not isinstance(getattr(found, name), kind):
            raise BadMap(_("“%(name)s” has the wrong form.") % {"name": name})
    if not all(isinstance(name, str) for name in found.number_from):
        raise BadMap(_("“%(name)s” has the wrong form.") % {"name": "number_from"})
    if found.importer not in registry.importers:
        raise BadMap(_("Nothing imports “%(name)s”.") % {"name": found.importer})


def check_fields(found: ImportMap) -> None:
    known = {one.name: one for one in found.reads_for.fields}
    for name in (*found.fields, *found.defaults, *found.number_from):
        if name not in known:
            raise BadMap(_("There is no field “%(name)s”.") % {"name": name})
    given = {*found.fields, *found.defaults, *(["number"] if found.number_from else [])}
    for name, one in known.items():
        if one.needed and name not in given:
            raise BadMap(_("Choose a column for: %(name)s.") % {"name": one.label})
    if not found.fields:
        raise BadMap(_("Choose at least one column."))
    if not set(found.number_from) <= set(found.fields):
        raise BadMap(_("Order numbers can only be built from fields of the file."))


def check_columns(found: ImportMap) -> None:
    for column in found.fields.values():
        is_number = isinstance(column, int) and not isinstance(column, bool) and 0 < column <= 500
        if not (is_number or (found.header and isinstance(column, str) and column.strip())):
            raise BadMap(_("“%(column)s” is no column.") % {"column": column})


def check_choices(found: ImportMap) -> None:
    choices = {"delimiter": [*DELIMITERS], "encoding": [*ENCODINGS], "decimal": [*DECIMALS]}
    for name, known in choices.items():
        if getattr(found, name) not in known:
            raise BadMap(_("“%(value)s” is no %(name)s.") % {"value": getattr(found, name), "name": name})
    if found.date_format not in DATE_FORMATS and "%" not in found.date_format:
        raise BadMap(_("“%(value)s” is no date format.") % {"value": found.date_format})


def check_defaults(found: ImportMap) -> None:
    if not all(isinstance(value, str) for value in found.defaults.values()):
        raise BadMap(_("Defaults are words in quotes."))
    for name, value in found.defaults.items():
        choices = found.reads_for.named(name).choices
        if choices and value not in choices:
            raise BadMap(
                _("“%(value)s” is no %(name)s.")
                % {"value": value, "name": str(found.reads_for.named(name).label).lower()}
            )


def builtin_maps() -> dict[str, ImportMap]:
    """The maps that come along, by name."""
    return {
        path.stem: ImportMap.from_dict(json.loads(path.read_text())) for path in sorted(MAPS.glob("*.json"))
    }


def builtin_maps_for(importer: str) -> dict[str, ImportMap]:
    return {name: found for name, found in builtin_maps().items() if found.importer == importer}


def load_map(name_or_path: str) -> ImportMap:
    """A built-in map by its name, or one from a JSON file. Raises BadMap."""
    builtin = builtin_maps()
    if name_or_path in builtin:
        return builtin[name_or_path]
    try:
        raw = json.loads(Path(name_or_path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadMap(_("The map cannot be read: %(error)s") % {"error": error}) from error
    return ImportMap.from_dict(raw)
