"""How form controls are written."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.utils.safestring import SafeString

KINDS = ("text", "number", "email", "url", "tel", "search", "date", "datetime", "time", "hidden", "input")
INPUTS = frozenset(f"django/forms/widgets/{kind}.html" for kind in KINDS)


class FormRenderer(DjangoTemplates):
    """Django's own, but for plain inputs: it renders three templates for each, of which a page has many."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> SafeString:
        if template_name in INPUTS:
            return SafeString(written(context["widget"]))
        return SafeString(super().render(template_name, context, request))


def written(widget: Mapping[str, Any]) -> str:
    value = {} if widget["value"] is None else {"value": widget["value"]}
    own = {"type": widget["type"], "name": widget["name"], **value}
    return f"<input{attributes({**own, **widget['attrs']})}>"


def attributes(values: Mapping[str, Any]) -> str:
    """True is a name alone, False is nothing, all else is written out and escaped."""
    return "".join(
        f" {name}" if value is True else f' {name}="{escape(str(value))}"'
        for name, value in values.items()
        if value is not False
    )
