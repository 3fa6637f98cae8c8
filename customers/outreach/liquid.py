"""Liquid with limits: a content can neither run forever, nor eat memory, nor read a file."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from liquid import BoundTemplate, Environment


class LimitedEnvironment(Environment):
    loop_iteration_limit = 5_000
    local_namespace_limit = 100_000
    output_stream_limit = 500_000
    context_depth_limit = 20


HTML = LimitedEnvironment(autoescape=True)
TEXT = LimitedEnvironment(autoescape=False)


@lru_cache(maxsize=512)
def parsed(source: str, autoescape: bool) -> BoundTemplate:
    """A parsed template. Raises LiquidError."""
    return (HTML if autoescape else TEXT).from_string(source)


def render(source: str, values: Mapping[str, Any], *, autoescape: bool) -> str:
    """Put values into a template; Liquid in the values themselves stays text. Raises LiquidError."""
    return parsed(source, autoescape).render(**values)
