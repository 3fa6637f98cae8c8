"""The words that cells share, kept on disk as far as they have been asked for."""

from __future__ import annotations

import os
import tempfile
from array import array
from collections.abc import Mapping
from functools import lru_cache
from typing import IO

from django.utils.translation import gettext as _

from customers.imports.reading import FileRefused
from customers.imports.workbooks.parsing import Elements, Parser, unescaped

MOST_BYTES = 256 << 20
MOST_WORDS = 5_000_000
LONGEST = 32_767  # signs in a cell, by the format
REMEMBERED = 1024


class SharedWords(Elements):
    """Words by number. `stream` is the part that holds them, None when the workbook has no such part."""

    def __init__(self, stream: IO[bytes] | None) -> None:
        self.source = Parser(stream, self, limit=MOST_BYTES) if stream else None
        self.file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  (lives as long as this)
        self.ends = array("Q", [0])
        self.parts: list[str] = []
        self.length = 0
        self.fresh: list[bytes] = []
        self.is_word = self.is_reading = False  # a reading aid says the same words again in another script
        self.word = lru_cache(maxsize=REMEMBERED)(self.read)

    def read(self, number: int) -> str:
        """Raises IndexError for a number that has no words."""
        while number >= len(self.ends) - 1:
            if number < 0 or not self.go_on():
                raise IndexError
        start, end = self.ends[number], self.ends[number + 1]
        return os.pread(self.file.fileno(), end - start, start).decode()

    def go_on(self) -> bool:
        if self.source is None:
            return False
        if not self.source.feed():
            self.source = None
        self.file.write(b"".join(self.fresh))
        self.fresh.clear()
        if len(self.ends) > MOST_WORDS:
            raise FileRefused(_("The workbook holds too many different words. Save the sheet as CSV."))
        return True

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "si":
            self.parts, self.length = [], 0
        elif name == "rPh":
            self.is_reading = True
        elif name == "t":
            self.is_word = not self.is_reading

    def end(self, name: str) -> None:
        if name == "t":
            self.is_word = False
        elif name == "rPh":
            self.is_reading = False
        elif name == "si":
            words = unescaped("".join(self.parts))[:LONGEST].encode()
            self.fresh.append(words)
            self.ends.append(self.ends[-1] + len(words))

    def text(self, text: str) -> None:
        if self.is_word and self.length <= LONGEST:
            self.parts.append(text)
            self.length += len(text)
