from __future__ import annotations

import pytest
from liquid.exceptions import LiquidError

from customers.models import ContentVersion
from customers.outreach.compiling import BadContent, compile_mail
from customers.outreach.liquid import render
from customers.outreach.services import ensure_content

LIST = """
<mj-section><mj-column>
  {% if items %}<mj-text>You have:</mj-text>{% endif %}
  {% for item in items %}<mj-text css-class="{% if item.new %}new{% endif %}">
    - {{ item.name }}</mj-text>{% endfor %}
  <mj-table><tr>
    {% for n in (0..2) %}<td><a href="{{ base }}?s={{ n }}&amp;x=1">{{ n }}</a></td>{% endfor %}
  </tr></mj-table>
  <mj-button href="{{ base | append: "/go" }}">Go</mj-button>
</mj-column></mj-section>
"""
VALUES = {
    "base": "http://x.example/a?b=1&c=2",
    "items": [{"name": "Bleachers <b>", "new": True}, {"name": "Goals"}],
    "company": {"name": "Grandstand", "postal_address": "", "colour": "#0f766e", "ink": "#ffffff"},
    "links": {"view": "v", "preferences": "p", "unsubscribe": "u"},
}


def compiled(body: str, *, autoescape: bool) -> str:
    mail = compile_mail(subject="s", body=body, language="en")
    return render(mail.html if autoescape else mail.text, VALUES, autoescape=autoescape)


def test_liquid_survives_mjml_and_inlining() -> None:
    html = compiled(LIST, autoescape=True)
    assert [f"?s={n}&amp;x=1" in html for n in range(4)] == [True, True, True, False]
    assert "- Bleachers &lt;b&gt;" in html
    assert "- Goals" in html
    assert 'href="http://x.example/a?b=1&amp;c=2/go"' in html
    assert 'class="new"' in html
    assert "background: #0f766e" in html
    assert "LQ" not in html
    assert 'lang="en"' in html


def test_the_text_part_says_the_same() -> None:
    text = compiled(LIST, autoescape=False)
    assert "You have:" in text
    assert text.index("- Bleachers <b>") < text.index("- Goals") < text.index("[2](")
    assert "[Go](http://x.example/a?b=1&c=2/go)" in text
    assert "[Unsubscribe](u)" in text
    assert "LQ" not in text


def test_a_whole_document_keeps_its_own_frame() -> None:
    section = "<mj-section><mj-column><mj-text>Only this</mj-text></mj-column></mj-section>"
    body = f"<mjml><mj-body>{section}</mj-body></mjml>"
    assert compiled(body, autoescape=False).strip() == "Only this"


@pytest.mark.parametrize("words", ["LQ99Z", "LQ0Z", "&#76;Q0Z", "LQ0N0Z", "<!--LQ0Z-->after"])
def test_words_that_look_like_our_tokens_are_sent_as_written(words: str) -> None:
    body = f"<mj-section><mj-column><mj-text>Part {words} for {{{{ base }}}}</mj-text>"
    body += "</mj-column></mj-section>"
    read = words.replace("&#76;", "L").removeprefix("<!--LQ0Z-->")
    assert f"Part {read} for {VALUES['base']}" in compiled(body, autoescape=False)


def test_nothing_is_fetched_from_elsewhere() -> None:
    html = compile_mail(subject="s", body=LIST, language="en").html
    assert "@import" not in html
    assert "fonts." not in html


@pytest.mark.parametrize(
    "body",
    [
        "<mj-section>{% if %}</mj-section>",
        "<mj-section><mj-divider>{{ loose }}</mj-divider></mj-section>",
        "<mj-section><mj-column>",
        "{% for x in y %}",
        "<mj-section><mj-column><mj-text>{% nonsense %}</mj-text></mj-column></mj-section>",
    ],
)
def test_what_cannot_be_understood_is_refused(body: str) -> None:
    with pytest.raises(BadContent):
        compile_mail(subject="s", body=body, language="en")


@pytest.mark.parametrize(
    "source",
    [
        "{% for a in (1..1000) %}{% for b in (1..1000) %}x{% endfor %}{% endfor %}",
        '{% assign x = "aaaaaaaaaa" %}{% for i in (1..40) %}{% assign x = x | append: x %}{% endfor %}',
        "{% include 'etc/passwd' %}",
        "{% render 'settings' %}",
    ],
)
def test_limits(source: str) -> None:
    with pytest.raises(LiquidError):
        render(source, {}, autoescape=False)


@pytest.mark.django_db
def test_a_version_per_wording() -> None:
    first = ensure_content(slug="tip", name="Tip", subject="One", body=LIST)
    assert ensure_content(slug="tip", name="Tip", subject="One", body=LIST) == first
    second = ensure_content(slug="tip", name="Tip", subject="Two", body=LIST)
    german = ensure_content(slug="tip", name="Tip", subject="Zwei", body=LIST, language="de")
    assert (first.number, second.number, german.number) == (1, 2, 1)
    assert ContentVersion.objects.filter(content__slug="tip").count() == 3
