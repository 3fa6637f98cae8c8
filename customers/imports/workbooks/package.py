"""The zip around a workbook: which sheets there are, and where each part begins."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, TypeVar, cast
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.imports.reading import FileRefused
from customers.imports.workbooks.parsing import DAMAGED, UNREADABLE, Elements, Parser, relation_of

MAGIC = b"PK\x03\x04"
MOST_AT_ONCE = (
    1 << 20
)  # bytes; the directory of a zip is read at once and kept, a workbook's has a few thousand
MOST_ABOUT = 32 << 20  # bytes of a part that describes the others
MOST_SHEETS = 1000
PACKED = (ZIP_STORED, ZIP_DEFLATED)  # others may ask for gigabytes of memory
ENCRYPTED = 1
Part = TypeVar("Part", bound=Elements)

NO_WORKBOOK = gettext_lazy("This is no XLSX workbook, whatever it is called. Save it as XLSX or CSV.")


class Sips:
    """A file that is only read in small pieces: a directory that claims to be huge ends here."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        piece = self.file.read(MOST_AT_ONCE + 1 if size < 0 else min(size, MOST_AT_ONCE + 1))
        if len(piece) > MOST_AT_ONCE:
            raise BadZipFile
        return piece


@dataclass(frozen=True)
class Relation:
    """Where a part leads: "worksheet", "styles" … and the part's name."""

    kind: str
    part: str


@dataclass(frozen=True)
class Sheet:
    """A sheet by its name, with the part that holds its rows."""

    name: str
    part: str
    is_hidden: bool


class Package:
    """An open workbook. Raises FileRefused for what is none."""

    def __init__(self, file: IO[bytes]) -> None:
        try:
            self.archive = ZipFile(cast(IO[bytes], Sips(file)))
        except DAMAGED as error:
            raise FileRefused(str(UNREADABLE)) from error
        main = self.main_part()
        self.relations = self.relations_of(main)
        about = self.read(main, WorkbookPart())
        self.is_1904 = about.is_1904
        self.sheets = [
            Sheet(name, self.relations[relation].part, is_hidden)
            for name, relation, is_hidden in about.sheets
            if relation in self.relations and self.relations[relation].kind == "worksheet"
        ]
        if not self.sheets:
            raise FileRefused(_("There is no sheet in this workbook."))

    def main_part(self) -> str:
        """The part that lists the sheets; binary workbooks and other documents have none that we read."""
        for relation in self.relations_of("").values():
            if relation.kind == "officeDocument" and relation.part.endswith(".xml"):
                return relation.part
        raise FileRefused(str(NO_WORKBOOK))

    def relations_of(self, part: str) -> Mapping[str, Relation]:
        folder, name = posixpath.split(part)
        path = posixpath.join(folder, "_rels", f"{name}.rels")
        if path not in self.archive.NameToInfo:
            return {}
        return self.read(path, RelationsPart(folder)).relations

    def part_of(self, kind: str) -> str:
        """The name of the first part of a kind, empty when there is none."""
        names = (one.part for one in self.relations.values() if one.kind == kind)
        return next((name for name in names if name in self.archive.NameToInfo), "")

    def sheet(self, name: str) -> Sheet:
        """The sheet of this name, or the first that is shown. Raises FileRefused."""
        if not name:
            return next((sheet for sheet in self.sheets if not sheet.is_hidden), self.sheets[0])
        for sheet in self.sheets:
            if sheet.name == name:
                return sheet
        raise FileRefused(_("The workbook has no sheet “%(name)s”.") % {"name": name})

    def read(self, name: str, part: Part) -> Part:
        Parser(self.open(name), part, limit=MOST_ABOUT).run()
        return part

    def open(self, name: str) -> IO[bytes]:
        """The unpacked bytes of a part."""
        info = self.archive.NameToInfo.get(name)
        if info is None or info.compress_type not in PACKED or info.flag_bits & ENCRYPTED:
            raise FileRefused(str(UNREADABLE))
        try:
            return self.archive.open(info)
        except DAMAGED as error:
            raise FileRefused(str(UNREADABLE)) from error


class RelationsPart(Elements):
    """A .rels part; targets stand in the folder of the part it speaks of, or begin with a slash."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.relations: dict[str, Relation] = {}

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "Relationship":
            kind = attributes.get("Type", "").rpartition("/")[2]
            target = posixpath.join("/", self.folder, attributes.get("Target", ""))
            part = posixpath.normpath(target).lstrip("/")
            self.relations[attributes.get("Id", "")] = Relation(kind, part)


class WorkbookPart(Elements):
    """The names of the sheets with their relations, and which calendar dates count in."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str, bool]] = []
        self.is_1904 = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "workbookPr":
            self.is_1904 = attributes.get("date1904") in ("1", "true")
        elif name == "sheet" and len(self.sheets) < MOST_SHEETS:
            is_hidden = attributes.get("state", "visible") != "visible"
            self.sheets.append((attributes.get("name", ""), relation_of(attributes), is_hidden))
