"""Fields that several forms share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from html import escape
from typing import Any, TypeVar

from django import forms
from django.db.models import Model, QuerySet
from django.forms.models import ModelChoiceIterator
from django.forms.renderers import BaseRenderer
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from crm.core.compiled import compiled
from crm.core.form_renderer import attributes
from crm.core.models import User

M = TypeVar("M", bound=Model)


class MomentInput(forms.DateTimeInput):
    """The browser's own picker of a date with a time, in the reader's zone."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class MomentField(forms.DateTimeField):
    widget = MomentInput

    def prepare_value(self, value: Any) -> Any:
        """Whole minutes: a picker with seconds refuses its own start value."""
        value = super().prepare_value(value)
        return value.replace(second=0, microsecond=0) if isinstance(value, dt.datetime) else value


class AmountField(forms.DecimalField):
    """A quantity or price, shown without the zeros that the database keeps behind it."""

    def prepare_value(self, value: Any) -> Any:
        value = super().prepare_value(value)
        return f"{value.normalize():f}" if isinstance(value, Decimal) else value


def staff() -> QuerySet[User]:
    """Everybody who can be asked to do something."""
    return User.objects.filter(is_active=True).order_by("name", "id").only("name", "email")


class PlainSelect(forms.Select):
    """Written in one go: Django renders a template for each option, which takes longer than the page."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: BaseRenderer | None = None
    ) -> SafeString:
        chosen = self.format_value(value)
        options = (option(str(key), str(label), str(key) in chosen) for key, label in self.choices)
        own = attributes({"name": name, **self.build_attrs(self.attrs, attrs)})
        return SafeString(f"<select{own}>{''.join(options)}</select>")


def option(value: str, label: str, chosen: bool) -> str:
    return f'<option value="{escape(value)}"{" selected" if chosen else ""}>{escape(label)}</option>'


class OneGo(ModelChoiceIterator):
    """Fetches the choices in one query; Django would open a cursor for them, which takes three."""

    def __iter__(self) -> Iterator[Any]:
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        yield from map(self.choice, self.queryset)


class PickField(forms.ModelChoiceField[M]):
    """One of some hundred rows at most."""

    widget = PlainSelect
    iterator = OneGo


@compiled
def names_of_staff() -> QuerySet[User, tuple[int, str, str]]:
    return staff().values_list("pk", "name", "email")


class StaffNames(OneGo):
    """Everybody who works here; of dozens of people nothing but the name is shown."""

    def __iter__(self) -> Iterator[Any]:
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        for pk, name, email in names_of_staff():
            yield pk, name or email


class StaffField(PickField[User]):
    """Somebody of ours."""

    iterator = StaffNames

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Owner"))
        super().__init__(queryset=staff(), **kwargs)
