"""Liquid with limits: a content can neither run forever, nor eat memory, nor read a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, TextIO

from liquid import BoundTemplate, Environment, RenderContext, Token, escape
from liquid.builtin.expressions import FilteredExpression, Path
from liquid.builtin.output import Output, OutputNode
from liquid.exceptions import OutputStreamLimitError
from liquid.expression import Expression
from liquid.output import LimitedStringIO


class LimitedEnvironment(Environment):
    loop_iteration_limit = 5_000
    local_namespace_limit = 100_000
    output_stream_limit = 500_000
    context_depth_limit = 20


class QuickOutputNode(OutputNode):
    """`{{ contact.first_name }}`, as nearly all outputs are, is looked up directly; the rest as ever."""

    __slots__ = ("keys",)

    def __init__(self, token: Token, expression: Expression) -> None:
        super().__init__(token, expression)
        self.keys = plain_keys(expression)

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        if self.keys:
            try:
                value: object = context.scope
                for key in self.keys:
                    value = value[key]  # type: ignore[index]
            except (KeyError, TypeError, IndexError):
                value = None
            if type(value) is str:
                return buffer.write(escape(value) if context.autoescape else value)
        return super().render_to_output(context, buffer)


def plain_keys(expression: Expression) -> Sequence[str]:
    """The names along a path without filters, numbers and other paths in it; nothing for all else."""
    if not isinstance(expression, FilteredExpression) or expression.filters:
        return ()
    path = expression.left.path if isinstance(expression.left, Path) else []
    return [key for key in path if isinstance(key, str)] if all(isinstance(key, str) for key in path) else ()


class QuickOutput(Output):
    node_class = QuickOutputNode


def environment(*, autoescape: bool) -> Environment:
    made = LimitedEnvironment(autoescape=autoescape)
    made.add_tag(QuickOutput)
    return made


HTML = environment(autoescape=True)
TEXT = environment(autoescape=False)


@lru_cache(maxsize=512)
def parsed(source: str, autoescape: bool) -> BoundTemplate:
    """A parsed template. Raises LiquidError."""
    return (HTML if autoescape else TEXT).from_string(source)


class Pieces(LimitedStringIO):
    """What is rendered, piece by piece: the template's own words are the same strings in every mail."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.pieces: list[str] = []

    def write(self, text: str) -> int:
        self.size += len(text) if text.isascii() else len(text.encode())
        if self.size > self.limit:
            raise OutputStreamLimitError("output stream limit reached", token=None)
        self.pieces.append(text)
        return len(text)


def render_pieces(source: str, values: Mapping[str, Any], *, autoescape: bool) -> list[str]:
    """Put values into a template; Liquid in the values themselves stays text. Raises LiquidError."""
    template = parsed(source, autoescape)
    context = template.context_class(template, globals=template.make_globals(values))
    output = Pieces(LimitedEnvironment.output_stream_limit)
    template.render_with_context(context, output)
    return output.pieces


def render(source: str, values: Mapping[str, Any], *, autoescape: bool) -> str:
    return "".join(render_pieces(source, values, autoescape=autoescape))
