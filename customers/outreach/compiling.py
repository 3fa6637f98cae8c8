"""From MJML with Liquid to an HTML and a text template, once per content version.

Liquid is set aside before MJML and CSS inlining and put back afterwards, because both would move or escape
it: tags between elements become comments, everything else becomes plain tokens.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import css_inline
from django.conf import settings
from inscriptis import get_text
from inscriptis.model.config import ParserConfig
from liquid.exceptions import LiquidError
from mjml import mjml2html

from customers.outreach.clicks.rewriting import CountedLinks, with_hidden_link
from customers.outreach.liquid import parsed

LIQUID = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
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
    """Liquid templates: `html` for autoescaped values, `text` for plain ones.

    The counted ones are the same with links that lead over us, by their number in `targets`, counted from 1;
    they are empty when there is nothing to count.
    """

    html: str
    text: str
    counted_html: str = ""
    counted_text: str = ""
    targets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Aside:
    """Pieces of Liquid and the tokens that stand for them, which nobody can guess and so write themselves."""

    mark: str = field(default_factory=lambda: f"LQ{secrets.token_hex(8)}N")
    pieces: list[str] = field(default_factory=list)

    def put(self, source: str) -> str:
        """The source with each piece of Liquid replaced by a token that survives MJML."""

        def token_for(found: re.Match[str]) -> str:
            token = self.put_one(found[0])
            return f"<!--{token}-->" if found[0].startswith("{%") and not inside_element(found) else token

        return LIQUID.sub(token_for, source)

    def put_one(self, piece: str) -> str:
        self.pieces.append(piece)
        return f"{self.mark}{len(self.pieces) - 1}Z"

    def uncommented(self, html: str) -> str:
        return re.sub(f"<!--({self.mark}[0-9]+Z)-->", r"\1", html)

    def numbers_in(self, html: str) -> set[int]:
        return {int(number) for number in re.findall(f"{self.mark}([0-9]+)Z", html)}

    def put_back(self, compiled: str) -> str:
        return re.sub(
            f"{self.mark}([0-9]+)Z", lambda found: self.pieces[int(found[1])], self.uncommented(compiled)
        )


def compile_mail(*, subject: str, body: str, language: str) -> CompiledMail:
    """Compile a content's body; sections without `<mjml>` get the company's frame. Raises BadContent."""
    framed = body if "<mjml" in body else frame().replace(SECTIONS, body)
    aside = Aside()
    source = aside.put(framed)
    try:
        rendered = mjml2html(source, fonts={}).replace('lang="und"', f'lang="{language}"')
        html = INLINER.inline(rendered)
        check_kept(html, source, aside)
        mail = finished(html, aside)
        for template, autoescape in ((mail.html, True), (mail.text, False), (subject, False)):
            parsed(template, autoescape)
    except (ValueError, LiquidError) as error:
        raise BadContent(str(error)) from error
    return mail


def finished(html: str, aside: Aside) -> CompiledMail:
    """Both parts with their Liquid, and both once more with counted links when there are any."""
    mail = CompiledMail(html=aside.put_back(html), text=aside.put_back(text_of(html, aside)))
    links = CountedLinks(put=aside.put_one, mark=aside.mark)
    counted = links.rewrite(html)
    if not links.targets:
        return mail
    return replace(
        mail,
        counted_html=aside.put_back(with_hidden_link(counted)),
        counted_text=aside.put_back(text_of(counted, aside)),
        targets=tuple(links.targets),
    )


@lru_cache
def frame() -> str:
    """The document around a content's sections: the company's head, and the footer every mail must have."""
    return (Path(settings.BASE_DIR) / "templates" / "outreach" / "mail" / "frame.mjml").read_text()


def inside_element(found: re.Match[str]) -> bool:
    """Whether a match stands among the attributes of an element rather than between elements."""
    before = LIQUID.sub("", found.string[: found.start()])
    return before.rfind("<") > before.rfind(">")


def check_kept(html: str, source: str, aside: Aside) -> None:
    """Raises BadContent when MJML dropped Liquid from between elements, as it does with loose text.

    Attributes may go: those that the frame sets for elements nobody uses do.
    """
    lost = aside.numbers_in(ELEMENT.sub("", source)) - aside.numbers_in(html)
    if lost:
        words = ", ".join(aside.pieces[number] for number in sorted(lost))
        raise BadContent(f"This stands where MJML shows no text: {words}")


def text_of(html: str, aside: Aside) -> str:
    """The words of a mail with its links in brackets.

    Comments would be dropped, so they become tokens; text between the rows of a table would be moved in front
    of it, so tables become plain blocks.
    """
    visible = TABLE_TAG.sub(r"<\1div>", aside.uncommented(html))
    text = INDENT.sub("", get_text(visible, ParserConfig(display_links=True)))
    return BLANK_LINES.sub("\n\n", text).strip() + "\n"
