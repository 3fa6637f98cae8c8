"""Fields that several forms share."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from crm.core.models import User


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
    return User.objects.filter(is_active=True).order_by("name", "id")


class StaffField(forms.ModelChoiceField[User]):
    """Somebody of ours."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Owner"))
        super().__init__(queryset=staff(), **kwargs)
