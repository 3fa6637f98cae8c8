"""A template that is taken apart says what Liquid alone would say."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from liquid.exceptions import LiquidError, OutputStreamLimitError

from customers.outreach.liquid import LimitedEnvironment, prepare, render

COMPANY = {"name": "Grand & Stand", "colour": "#0f766e", "postal_address": ""}
WORDS = st.sampled_from(["<i>", "é", "{{ n }}", "", "x & y"])
PLACES = st.sampled_from(
    [
        "words <b>&amp;</b> é\n",
        "{{ a.b }}",
        "{{ a.b | upcase }}",
        "{{ n }}{{ none }}{{ a.none.x }}",
        "{{ a }}|{{ list }}|{{ a.size }}|{{ list.first }}|{{ list[0] }}|{{ a.b.size }}",
        "{{ company.name }}, {{ company.none }}",
        "{{ company.name | append: a.b }}",
        "{{ 'y' }}{{ a['b'] }}{{ a[list[0]] }}",
        "{% if company.postal_address != '' %}, {{ company.postal_address }}{% else %}-{% endif %}",
        "{% if a.b == company.name %}same{% elsif n > 1 %}{{ n }}{% endif %}",
        "{% for a in list %}{{ a }}{{ forloop.index }}{{ company.name }}{% endfor %}{{ a.b }}",
        "{% for i in (1..3) %}{% if i == 2 %}{% continue %}{% endif %}{{ i }}{% endfor %}",
        "{% unless a.b %}nothing{% endunless %}{% case n %}{% when 2 %}two{% endcase %}",
        "{% cycle 'odd', 'even' %}",
        "{% assign company = 'é' %}{{ company }}",
        "{% capture a %}{{ n }}{% endcapture %}{{ a }}{{ a.b }}",
        "{% increment n %}{% comment %}{{ a.b }}{% endcomment %}{% raw %}{{ a.b }}{% endraw %}",
    ]
)


@given(
    places=st.lists(PLACES, max_size=6),
    word=WORDS,
    more=st.lists(WORDS, max_size=3),
    autoescape=st.booleans(),
    for_company=st.booleans(),
)
def test_it_says_what_liquid_says(
    places: list[str], word: str, more: list[str], *, autoescape: bool, for_company: bool
) -> None:
    source = " ".join(places)
    values: dict[str, Any] = {"a": {"b": word, "x": "found"}, "n": 2, "list": more, "company": COMPANY}
    plain = LimitedEnvironment(autoescape=autoescape).from_string(source).render(**values)
    template = prepare(source, autoescape=autoescape, company=COMPANY if for_company else None)
    assert template.render(values) == plain
    assert template.render(values) == plain


@pytest.mark.parametrize("word", ["y" * 500_001, "é" * 250_001])
@pytest.mark.parametrize(
    "source", ["{{ word }}", "{% if word %}{{ word }}{% endif %}", "{{ word | upcase }}"]
)
def test_too_much_is_refused(source: str, word: str) -> None:
    assert len(render(source, {"word": word[2:]}, autoescape=False)) == len(word) - 2
    with pytest.raises(OutputStreamLimitError):
        render(source, {"word": word}, autoescape=False)


def test_a_loop_without_end_is_refused() -> None:
    with pytest.raises(LiquidError):
        render("{% for i in (1..6000) %}.{% endfor %}", {}, autoescape=False)
