"""Inputs are written as Django's own templates write them."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates

from crm.core.form_renderer import INPUTS, FormRenderer
from customers.forms.parts import PlainSelect
from customers.templatetags.customers import cell_filter

HOSTILE = "\"><script>alert(1)</script>&'"
WIDGETS: list[forms.Widget] = [
    forms.TextInput(),
    forms.NumberInput(),
    forms.EmailInput(),
    forms.URLInput(),
    forms.TelInput(),
    forms.SearchInput(),
    forms.DateInput(),
    forms.DateTimeInput(),
    forms.TimeInput(),
    forms.HiddenInput(),
]


@pytest.mark.parametrize("widget", WIDGETS, ids=lambda widget: type(widget).__name__)
@pytest.mark.parametrize("value", [None, "", 0, 7, "plain", HOSTILE])
def test_inputs_are_those_of_django(widget: forms.Widget, value: Any) -> None:
    attrs = {"id": "x", "required": True, "disabled": False, "maxlength": 20, "data-said": HOSTILE}

    ours = widget.render("field", value, attrs, renderer=FormRenderer())

    assert widget.template_name in INPUTS
    assert ours == widget.render("field", value, attrs, renderer=DjangoTemplates())


@pytest.mark.parametrize("value", [None, "", "b", 2, "nothing of these"])
def test_plain_selects_hold_the_options_of_django(value: Any) -> None:
    choices = [("", "---"), ("b", HOSTILE), (2, "two"), (HOSTILE, "hostile")]
    attrs = {"id": "x", "class": "form-select"}

    ours = PlainSelect(choices=choices).render("field", value, attrs)
    theirs = forms.Select(choices=choices).render("field", value, attrs)

    assert "".join(ours.split()) == "".join(theirs.split())


def test_cells_that_narrow_the_list_let_nothing_through() -> None:
    cell = cell_filter(f"?q={HOSTILE}&owner=", HOSTILE, HOSTILE)

    assert "<script" not in cell
    assert cell.count('"') == 4
    assert cell_filter("?industry=", "", "") == ""
    assert cell_filter("?industry=", "R&D / lab", "R&D / lab") == (
        '<a class="cell-filter" href="?industry=R%26D%20%2F%20lab">R&amp;D / lab</a>'
    )
