"""Bodies that are encoded in parts say the same as the whole would."""

from __future__ import annotations

import quopri

from hypothesis import example, given
from hypothesis import strategies as st

from customers.outreach.quoting import LINE_END, LONG, Words, quoted

TEXT = st.text(st.sampled_from("ab .=\tü🎉\n\r\u2028"), max_size=90)
LONG_WORDS = TEXT.filter(bool).map(lambda text: Words(text * LONG))


@example(["a" * 75 * LONG + "=", "x"])
@example([Words("=" + "a" * (75 * LONG + 1)), "x"])
@example(["x", Words("." * LONG), ".", Words("\n." * LONG), ".x"])
@given(st.lists(TEXT | TEXT.map(Words) | LONG_WORDS, max_size=8))
def test_pieces_say_what_the_whole_says(pieces: list[str]) -> None:
    body = quoted(pieces)
    assert body == quoted(pieces)  # words that are encoded already
    assert body.endswith(b"\r\n")
    lines = body.split(b"\r\n")
    assert all(line[:2] == b".." for line in lines if line.startswith(b"."))
    assert max(map(len, lines)) <= 79  # binascii: 76, and 2 for a last encoded blank; and a doubled dot
    received = b"\n".join(line.removeprefix(b".") for line in lines)
    decoded = quopri.decodestring(received).decode()
    whole = "".join(LINE_END.sub("\n", run) for run in runs(pieces))
    assert decoded == (whole if whole.endswith("\n") else whole + "\n")


def runs(pieces: list[str]) -> list[str]:
    """A line break of two characters counts as one only within a run."""
    found = [""]
    for piece in pieces:
        if isinstance(piece, Words) and len(piece) >= LONG:
            found += [piece, ""]
        else:
            found[-1] += piece
    return found
