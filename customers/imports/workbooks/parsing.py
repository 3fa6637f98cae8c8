"""XML of strangers, fed to expat piece by piece; what no spreadsheet writes ends the reading.

There are no document types, so no entities. Depth, the number of different names and the length of a single
tag or comment are bounded, because expat keeps these in memory; text is not, for it comes in pieces.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import IO
from xml.parsers import expat
from zipfile import BadZipFile

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.imports.reading import FileRefused

PIECE = 64 * 1024
MOST_PENDING = 1 << 20  # bytes of a tag or comment that has not ended
MOST_DEEP = 40
MOST_NAMES = 2000
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
UNREADABLE = gettext_lazy("The workbook is damaged. Open it in a spreadsheet and save it again.")
DAMAGED = (
    BadZipFile,
    EOFError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
    expat.ExpatError,
    struct.error,
    zlib.error,
)
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")  # how the format writes signs that XML has not


class Elements:
    """Hears the elements of a part by their names without prefixes; one may say that it has heard all."""

    parser: Parser
    is_done = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None: ...

    def end(self, name: str) -> None: ...

    def text(self, text: str) -> None: ...


class Parser:
    """Reads a stream for `elements`; `feed` goes on by a piece and answers whether there may be more.

    It may begin in the middle, at `base`, where the tags `opened` stand open.
    """

    def __init__(
        self, stream: IO[bytes], elements: Elements, *, limit: int, base: int = 0, opened: Sequence[str] = ()
    ) -> None:
        self.stream, self.elements, self.limit, self.base = stream, elements, limit, base
        elements.parser = self
        self.expat = expat.ParserCreate("UTF-8")
        self.expat.buffer_text = True
        before = "".join(f"<{name}>" for name in opened).encode()
        self.expat.Parse(before)
        self.depth, self.fed, self.before = len(opened), base, len(before)
        self.expat.StartElementHandler = self.start
        self.expat.EndElementHandler = self.end
        self.expat.CharacterDataHandler = elements.text
        self.expat.StartDoctypeDeclHandler = self.refuse

    @property
    def offset(self) -> int:
        """Where in the part the event stands that is being heard."""
        return self.base + self.expat.CurrentByteIndex - self.before

    def feed(self) -> bool:
        """Raises FileRefused for what is damaged or larger than the limit."""
        if self.elements.is_done:
            return False
        try:
            piece = self.stream.read(PIECE)
            if piece.startswith(UTF_16) and not self.fed:
                self.refuse()  # allowed, and written by nobody; rows could not be found again in it
            self.expat.Parse(piece, not piece)
        except DAMAGED as error:
            if self.elements.is_done:
                return False
            raise FileRefused(str(UNREADABLE)) from error
        self.fed += len(piece)
        self.check()
        return bool(piece)

    def run(self) -> None:
        while self.feed():
            pass

    def check(self) -> None:
        if self.fed > self.limit:
            raise too_large(self.limit)
        if self.fed - self.offset > MOST_PENDING or len(self.expat.intern) > MOST_NAMES:
            self.refuse()

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self.depth += 1
        if self.depth > MOST_DEEP:
            self.refuse()
        if not self.elements.is_done:
            self.elements.start(local(name), attributes)

    def end(self, name: str) -> None:
        self.depth -= 1
        if not self.elements.is_done:
            self.elements.end(local(name))

    def refuse(self, *_declared: object) -> None:
        raise FileRefused(str(UNREADABLE))


@lru_cache(maxsize=MOST_NAMES)
def local(name: str) -> str:
    """A name without its prefix."""
    return name[name.rfind(":") + 1 :]


def relation_of(attributes: Mapping[str, str]) -> str:
    """The `id` of a relation; its prefix is the writer's choice."""
    return next((value for name, value in attributes.items() if local(name) == "id"), "")


def unescaped(text: str) -> str:
    return ESCAPED.sub(sign, text) if "_x" in text else text


def sign(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return "\ufffd" if 0xD800 <= code < 0xE000 else chr(code)


def too_large(limit: int) -> FileRefused:
    return FileRefused(_("The file holds more than %(limit)d MB. Split it.") % {"limit": limit >> 20})
