"""Quoted-printable bodies, of which the parts that are the same in every mail are encoded once.

A body comes in the pieces that rendering made: a template's own words, values, and what stands between them.
A soft line break may stand anywhere, so each run is encoded alone and joined. As SMTP wants it, a dot that
begins a line is doubled, which a run can do for itself because it begins and ends one.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator, Sequence
from functools import cached_property

LONG = 200  # characters of a template's own words that are worth a line of their own
LINE = 76
SOFT_BREAK = b"=\r\n"
LINE_END = re.compile("\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


class Words(str):
    """A template's own words: the same object in every mail, so that it need not be encoded again."""

    @cached_property
    def joinable(self) -> bytes:
        return joinable(self)


def quoted(pieces: Sequence[str]) -> bytes:
    """The encoded body, ending with a line break."""
    parts = list(filter(None, runs(pieces)))
    if parts and parts[-1].endswith(SOFT_BREAK):
        parts[-1] = parts[-1][: -len(SOFT_BREAK)] + b"\r\n"
    return b"".join(parts) or b"\r\n"


def runs(pieces: Sequence[str]) -> Iterator[bytes]:
    """Long words of the template as they are kept, and what stands between them encoded in one."""
    run: list[str] = []
    for piece in pieces:
        if type(piece) is not Words or len(piece) < LONG:
            run.append(piece)
            continue
        yield joinable("".join(run))
        run.clear()
        yield piece.joinable
    yield joinable("".join(run))


def joinable(text: str) -> bytes:
    """The encoded text with a line break at its end, a soft one where the text has none."""
    body = encoded(text)
    whole = body if body.endswith(b"\n") or not body else with_room(body) + SOFT_BREAK
    doubled = whole.replace(b"\n.", b"\n..")
    return b"." + doubled if doubled.startswith(b".") else doubled


def with_room(body: bytes) -> bytes:
    """The body with room for a soft line break after it: a full last line ends one character earlier."""
    if len(body) - body.rfind(b"\n") - 1 < LINE:
        return body
    last = 3 if body[-3:-2] == b"=" else 1
    return body[:-last] + SOFT_BREAK + body[-last:]


def encoded(text: str) -> bytes:
    if not (text.isascii() and text.replace("\n", "").isprintable()):
        text = LINE_END.sub("\n", text)
    return binascii.b2a_qp(text.encode(), istext=True).replace(b"\n", b"\r\n")
