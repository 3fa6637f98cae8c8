"""Quoted-printable bodies, of which the parts that are the same in every mail are encoded once.

A body comes in the pieces that rendering made: long ones are a template's own words, the rest is values and
what stands between them. A soft line break may stand anywhere, so each run is encoded alone and joined.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

LONG, TOO_LONG = 300, 30_000  # characters of a piece that is worth keeping, and of one too big to keep
LINE = 76
SOFT_BREAK = b"=\r\n"
LINE_END = re.compile("\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


def quoted(pieces: Sequence[str]) -> bytes:
    """The encoded body, ending with a line break."""
    body = b""
    parts: list[bytes] = []
    for body in filter(None, map(encoded_run, runs(pieces))):
        parts += (body,) if body.endswith(b"\n") else (with_room(body), SOFT_BREAK)
    if not body.endswith(b"\n"):
        parts[-1:] = [b"\r\n"]
    return b"".join(parts)


def with_room(body: bytes) -> bytes:
    """The body with room for a soft line break after it: a full last line ends one character earlier."""
    if len(body) - body.rfind(b"\n") - 1 < LINE:
        return body
    last = 3 if body[-3:-2] == b"=" else 1
    return body[:-last] + SOFT_BREAK + body[-last:]


def runs(pieces: Sequence[str]) -> Iterator[str]:
    """Long pieces alone, and what stands between them in one."""
    short: list[str] = []
    for piece in pieces:
        if len(piece) < LONG:
            short.append(piece)
            continue
        if short:
            yield "".join(short)
            short.clear()
        yield piece
    yield "".join(short)


def encoded_run(text: str) -> bytes:
    return encoded_once(text) if LONG <= len(text) <= TOO_LONG else encoded(text)


def encoded(text: str) -> bytes:
    return binascii.b2a_qp(LINE_END.sub("\n", text).encode(), istext=True).replace(b"\n", b"\r\n")


@lru_cache(maxsize=512)
def encoded_once(text: str) -> bytes:
    return encoded(text)
