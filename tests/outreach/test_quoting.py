"""Bodies that are encoded in parts say the same as the whole would."""

from __future__ import annotations

import quopri

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from customers.outreach.liquid import LimitedEnvironment, render
from customers.outreach.quoting import LINE_END, LONG, quoted

WORDS = st.text(st.sampled_from("ab .=\tü🎉\n\r\u2028"), max_size=90)
LONG_WORDS = WORDS.filter(bool).map(lambda text: text * LONG)


@example(["a" * 75 * LONG + "=", "x"])
@example(["=" + "a" * (75 * LONG + 1), "x"])
@given(st.lists(WORDS | LONG_WORDS, max_size=8))
def test_pieces_say_what_the_whole_says(pieces: list[str]) -> None:
    body = quoted(pieces)
    assert body.endswith(b"\r\n")
    assert all(
        len(line) <= 78 for line in body.split(b"\r\n")
    )  # binascii: 76, and 2 for a last encoded blank
    decoded = quopri.decodestring(body.replace(b"\r\n", b"\n")).decode()
    whole = "".join(LINE_END.sub("\n", piece) for piece in joined_short(pieces))
    assert decoded == (whole if whole.endswith("\n") else whole + "\n")


def joined_short(pieces: list[str]) -> list[str]:
    """A line break of two characters counts as one only within a run of short pieces."""
    runs = [""]
    for piece in pieces:
        if len(piece) < LONG:
            runs[-1] += piece
        else:
            runs += [piece, ""]
    return runs


@pytest.mark.parametrize(
    "source",
    [
        "{{ a.b }}{{ a.b | upcase }}{{ n }}",
        "{{ a.size }}|{{ a.first }}|{{ a.none.x }}|{{ none }}|{{ list[0] }}|{{ list.first }}|{{ a.b.size }}",
        "{% for a in list %}{{ a }}{{ forloop.index }}{% endfor %}{{ a.b }}",
        "{% assign s = 'é' %}{{ s }}{{ 'y' }}{{ a['b'] }}{{ a[list[0]] }}",
        "{% capture c %}{{ a.b }}{% endcapture %}{{ c }}",
    ],
)
@pytest.mark.parametrize("autoescape", [True, False])
def test_outputs_say_what_liquid_says(source: str, *, autoescape: bool) -> None:
    values = {"a": {"b": "<i>", "x": "found"}, "n": 2, "list": ["x"]}
    plain = LimitedEnvironment(autoescape=autoescape).from_string(source).render(**values)
    assert render(source, values, autoescape=autoescape) == plain
