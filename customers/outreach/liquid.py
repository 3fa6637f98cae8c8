"""Liquid with limits: a content can neither run forever, nor eat memory, nor read a file.

Templates are taken apart once: what is the same in every mail becomes `Words`, plain outputs become paths to
be looked up, and only the rest is left to Liquid. What comes out is what Liquid alone would say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from liquid import BoundTemplate, Environment, RenderContext, escape
from liquid.ast import Node
from liquid.builtin.content import ContentNode
from liquid.builtin.expressions import FilteredExpression, Path
from liquid.builtin.output import OutputNode
from liquid.exceptions import OutputStreamLimitError
from liquid.output import LimitedStringIO

from customers.outreach.quoting import Words

SIMPLE_TAGS = {"if", "unless", "case", "for"}  # these leave nothing behind for the nodes after them
BYTES_A_CHARACTER = 4  # at most, in UTF-8


class LimitedEnvironment(Environment):
    loop_iteration_limit = 5_000
    local_namespace_limit = 100_000
    output_stream_limit = 500_000
    context_depth_limit = 20


HTML = LimitedEnvironment(autoescape=True)
TEXT = LimitedEnvironment(autoescape=False)


class Pieces(LimitedStringIO):
    """What is rendered, piece by piece."""

    def __init__(self) -> None:
        super().__init__(LimitedEnvironment.output_stream_limit)
        self.pieces: list[str] = []

    def write(self, text: str) -> int:
        self.size += len(text) if text.isascii() else len(text.encode())
        if self.size > self.limit:
            raise OutputStreamLimitError("output stream limit reached", token=None)
        self.pieces.append(text)
        return len(text)

    def check(self) -> None:
        """Raises OutputStreamLimitError when the pieces are too much, however they came here."""
        if sum(map(len, self.pieces)) * BYTES_A_CHARACTER > self.limit:
            self.size = 0
            self.write("".join(self.pieces))
            self.pieces.pop()


@dataclass(frozen=True)
class Lookup:
    """`{{ contact.first_name }}`, as nearly all outputs are; other things than text are left to Liquid."""

    keys: Sequence[str]
    rest: BoundTemplate


@dataclass(frozen=True)
class Template:
    """A template for one company: words, lookups, and what Liquid has to do."""

    env: Environment
    whole: BoundTemplate
    steps: Sequence[Words | Lookup | BoundTemplate]

    def pieces(self, values: Mapping[str, Any]) -> list[str]:
        """Put values in; Liquid in the values themselves stays text. Raises LiquidError."""
        output, context = Pieces(), None
        for step in self.steps:
            if type(step) is Words:
                output.pieces.append(step)
                continue
            if type(step) is Lookup:
                found = look_up(step.keys, values)
                if type(found) is str:
                    output.pieces.append(escape(found) if self.env.autoescape else found)
                    continue
            context = context or context_for(self.whole, values)
            left_to_liquid(step).render_with_context(context, output)
        output.check()
        return output.pieces

    def render(self, values: Mapping[str, Any]) -> str:
        return "".join(self.pieces(values))


def left_to_liquid(step: Words | Lookup | BoundTemplate) -> BoundTemplate:
    assert not isinstance(step, Words)
    return step.rest if isinstance(step, Lookup) else step


def look_up(keys: Sequence[str], values: Mapping[str, Any]) -> object:
    """What stands at the end of a path of names, None when it leads nowhere."""
    found: Any = values
    try:
        for key in keys:
            found = found[key]
    except (KeyError, TypeError, IndexError):
        return None
    return found


def context_for(template: BoundTemplate, values: Mapping[str, Any]) -> RenderContext:
    return template.context_class(template, globals=template.make_globals(values))


@lru_cache(maxsize=512)
def parsed(source: str, autoescape: bool) -> BoundTemplate:
    """A parsed template. Raises LiquidError."""
    return (HTML if autoescape else TEXT).from_string(source)


def prepare(source: str, *, autoescape: bool, company: Mapping[str, str] | None = None) -> Template:
    """Take a template apart, for this company's mails when it is given. Raises LiquidError."""
    return prepared(source, autoescape, tuple(company.items()) if company else ())


@lru_cache(maxsize=64)
def prepared(source: str, autoescape: bool, company: tuple[tuple[str, str], ...]) -> Template:
    whole = parsed(source, autoescape)
    constants = {"company": dict(company)} if company else {}
    found = whole.analyze()
    simple = not found.locals and set(found.tags) <= SIMPLE_TAGS
    steps = joined(step_of(whole, node, constants) for node in whole.nodes) if simple else [whole]
    return Template(whole.env, whole, list(steps))


def step_of(whole: BoundTemplate, node: Node, constants: Mapping[str, Any]) -> Words | Lookup | BoundTemplate:
    if isinstance(node, ContentNode):
        return Words(node.text)
    alone = BoundTemplate(whole.env, [node])
    keys = plain_keys(node)
    found = alone.analyze()
    if not found.filters and found.globals.keys() <= constants.keys():  # a filter may ask for the time
        output = Pieces()
        alone.render_with_context(context_for(alone, constants), output)
        return Words("".join(output.pieces))
    return Lookup(keys, alone) if keys else alone


def joined(
    steps: Iterator[Words | Lookup | BoundTemplate],
) -> Iterator[Words | Lookup | BoundTemplate]:
    """The same with neighbouring words as one."""
    words = ""
    for step in steps:
        if isinstance(step, Words):
            words += step
            continue
        if words:
            yield Words(words)
        words = ""
        yield step
    if words:
        yield Words(words)


def plain_keys(node: Node) -> Sequence[str]:
    """The names along an output's path without filters, numbers and other paths in it; else nothing."""
    expression = node.expression if isinstance(node, OutputNode) else None
    if not isinstance(expression, FilteredExpression) or expression.filters:
        return ()
    path = expression.left.path if isinstance(expression.left, Path) else []
    return [key for key in path if isinstance(key, str)] if all(isinstance(key, str) for key in path) else ()


def render(source: str, values: Mapping[str, Any], *, autoescape: bool) -> str:
    return prepare(source, autoescape=autoescape).render(values)
