"""From MJML with Liquid to an HTML and a text template, once per content version.

Liquid becomes placeholders before MJML and CSS inlining and is put back afterwards, because both would move
or escape it: tags between elements become comments, everything else becomes plain tokens.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import css_inline
from django.conf import settings
from inscriptis import get_text
from inscriptis.model.config import ParserConfig
from liquid.exceptions import LiquidError
from mjml import mjml2html

from customers.outreach.liquid import parsed

LIQUID = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
PLACEHOLDER = re.compile(r"<!--LQ(\d+)Z-->|LQ(\d+)Z")
ELEMENT = re.compile(r"<(?!!--)[^>]*>")
TABLE_TAG = re.compile(r"<(/?)(?:table|tbody|thead|tr|td|th)\b[^>]*>")
INDENT = re.compile(r"(?m)^[ \t]+|[ \t]+$")
BLANK_LINES = re.compile(r"\n{3,}")
INLINER = css_inline.CSSInliner(keep_style_tags=True, keep_at_rules=True, load_remote_stylesheets=False)
SECTIONS = "<!-- sections -->"


class BadContent(ValueError):
    """The MJML or the Liquid of a content cannot be understood; the message says where."""


@dataclass(frozen=True)
class CompiledMail:
    """Liquid templates: `html` for autoescaped values, `text` for plain ones."""

    html: str
    text: str


def compile_mail(*, subject: str, body: str, language: str) -> CompiledMail:
    """Compile a content's body; sections without `<mjml>` get the company's frame. Raises BadContent."""
    framed = body if "<mjml" in body else frame().replace(SECTIONS, body)
    source, pieces = put_aside(framed)
    try:
        rendered = mjml2html(source, fonts={}).replace('lang="und"', f'lang="{language}"')
        html = INLINER.inline(rendered)
        check_kept(html, source, pieces)
        mail = CompiledMail(html=put_back(html, pieces), text=put_back(text_of(html), pieces))
        for template, autoescape in ((mail.html, True), (mail.text, False), (subject, False)):
            parsed(template, autoescape)
    except (ValueError, LiquidError) as error:
        raise BadContent(str(error)) from error
    return mail


@lru_cache
def frame() -> str:
    """The document around a content's sections: the company's head, and the footer every mail must have."""
    return (Path(settings.BASE_DIR) / "templates" / "outreach" / "mail" / "frame.mjml").read_text()


def put_aside(source: str) -> tuple[str, list[str]]:
    """Replace each piece of Liquid by a placeholder that survives MJML; answers the pieces by number."""
    pieces: list[str] = []

    def replace(found: re.Match[str]) -> str:
        pieces.append(found[0])
        token = f"LQ{len(pieces) - 1}Z"
        return f"<!--{token}-->" if found[0].startswith("{%") and not inside_element(found) else token

    return LIQUID.sub(replace, source), pieces


def inside_element(found: re.Match[str]) -> bool:
    """Whether a match stands among the attributes of an element rather than between elements."""
    before = LIQUID.sub("", found.string[: found.start()])
    return before.rfind("<") > before.rfind(">")


def check_kept(html: str, source: str, pieces: list[str]) -> None:
    """Raises BadContent when MJML dropped Liquid from between elements, as it does with loose text.

    Attributes may go: those that the frame sets for elements nobody uses do.
    """
    lost = numbers_in(ELEMENT.sub("", source)) - numbers_in(html)
    if lost:
        words = ", ".join(pieces[number] for number in sorted(lost))
        raise BadContent(f"This stands where MJML shows no text: {words}")


def numbers_in(text: str) -> set[int]:
    return {int(found[1] or found[2]) for found in PLACEHOLDER.finditer(text)}


def put_back(compiled: str, pieces: list[str]) -> str:
    return PLACEHOLDER.sub(lambda found: pieces[int(found[1] or found[2])], compiled)


def text_of(html: str) -> str:
    """The words of a mail with its links in brackets.

    Comments would be dropped, so they become tokens; text between the rows of a table would be moved in front
    of it, so tables become plain blocks.
    """
    visible = TABLE_TAG.sub(r"<\1div>", re.sub(r"<!--(LQ\d+Z)-->", r"\1", html))
    text = INDENT.sub("", get_text(visible, ParserConfig(display_links=True)))
    return BLANK_LINES.sub("\n\n", text).strip() + "\n"
