"""From the elements of a sheet to its rows."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping
from functools import lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from customers.imports.reading import BAD_NUL, MOST_COLUMNS, MOST_IN_LINE, TOO_LONG, FileRefused, Record
from customers.imports.workbooks.parsing import Elements, unescaped
from customers.imports.workbooks.strings import SharedWords
from customers.imports.workbooks.values import Styles, Wording

MOST_ROWS = 1_048_576
BAD_CELL = gettext_noop("A cell refers to words that are not in the workbook")
NO_RESULT = gettext_noop("A formula has no stored result: open the workbook in a spreadsheet and save it")
LETTERS = re.compile(r"[A-Z]{1,3}")
TRUTH = {"1": "true", "0": "false"}


class Rows(Elements):
    """Gathers cells to rows, from the row after `number` on; empty ones are left out.

    `finished` has them with the place in the part where each ends.
    """

    def __init__(
        self, *, wording: Wording, styles: Styles, words: SharedWords, number: int, is_inside: bool
    ) -> None:
        self.wording, self.styles, self.words = wording, styles, words
        self.number, self.is_inside = number, is_inside
        self.finished: deque[tuple[int, Record]] = deque()
        self.is_value = self.is_reading = False
        self.cells: list[str] = []
        self.problem = ""
        self.room, self.column = MOST_IN_LINE, -1
        self.begin_cell({})

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if not self.is_inside:
            self.is_inside = name == "sheetData"
        elif name == "c":
            self.begin_cell(attributes)
        elif name == "v":
            self.has_value = self.is_value = True
        elif name == "t":
            self.is_value = not self.is_reading
        elif name == "f":
            self.has_formula = True
        elif name == "rPh":
            self.is_reading = True
        elif name == "row":
            self.begin_row(attributes.get("r", ""))

    def end(self, name: str) -> None:
        if name in ("v", "t"):
            self.is_value = False
        elif name == "rPh":
            self.is_reading = False
        elif name == "c" and self.is_inside:
            self.end_cell()
        elif name == "row" and self.is_inside:
            self.end_row()
        elif name == "sheetData":
            self.is_done = True

    def text(self, text: str) -> None:
        if self.is_value and len(self.words_of_cell) <= MOST_IN_LINE:
            self.words_of_cell += text

    def begin_row(self, stated: str) -> None:
        """Rows say their number or follow the one before; it only ever grows."""
        number = int(stated) if stated.isascii() and stated.isdecimal() and len(stated) < 8 else 0
        self.number = max(self.number + 1, number)
        if self.number > MOST_ROWS:
            raise FileRefused(_("A sheet has no more than %(limit)d rows.") % {"limit": MOST_ROWS})
        self.cells, self.problem, self.room, self.column = [], "", MOST_IN_LINE, -1

    def begin_cell(self, attributes: Mapping[str, str]) -> None:
        self.kind, self.style = attributes.get("t", "n"), attributes.get("s", "0")
        self.place = attributes.get("r", "")
        self.words_of_cell = ""
        self.has_value = self.has_formula = False

    def end_cell(self) -> None:
        column = column_of(self.place.rstrip("0123456789"))
        if column is None:
            column = self.column + 1
        self.column = column
        if self.has_formula and not self.has_value:
            self.problem = self.problem or NO_RESULT
        words = self.value() if self.words_of_cell else ""
        if words:
            self.put(min(column, MOST_COLUMNS), words)

    def put(self, column: int, words: str) -> None:
        self.room -= len(words)
        if self.room < 0:
            self.problem = self.problem or TOO_LONG
            return
        if "\0" in words:
            self.problem = self.problem or BAD_NUL
            words = words.replace("\0", "\ufffd")
        if column >= len(self.cells):
            self.cells.extend([""] * (column + 1 - len(self.cells)))
        self.cells[column] = words

    def value(self) -> str:
        """The words of the cell that ends here."""
        words = self.words_of_cell
        if self.kind == "s":
            return self.shared(words)
        if self.kind == "n":
            return self.wording.number(words.strip(), self.styles.is_date(self.style))
        if self.kind == "b":
            return TRUTH.get(words, words)
        return self.wording.iso(words) if self.kind == "d" else unescaped(words)

    def shared(self, number: str) -> str:
        if number.isascii() and number.isdecimal() and len(number) < 10:
            try:
                return self.words.word(int(number))
            except IndexError:
                pass
        self.problem = self.problem or BAD_CELL
        return ""

    def end_row(self) -> None:
        if self.problem or any(map(str.strip, self.cells)):
            self.finished.append((self.parser.offset, Record(self.number, self.cells, self.problem)))
        self.cells, self.problem = [], ""


@lru_cache(maxsize=1024)
def column_of(letters: str) -> int | None:
    """The column AB, counted from 0; None when the letters name none."""
    if not LETTERS.fullmatch(letters):
        return None
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
