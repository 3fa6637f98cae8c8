"""What an admin fills in for a webhook: shape only, the services decide."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from crm.core.registry import registry


class WebhookForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("What it is for"), max_length=80)
    url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=500,
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
        help_text=gettext_lazy("Events are posted there as JSON. It has to be reachable from the internet."),
    )
    events = forms.MultipleChoiceField(
        label=gettext_lazy("Tell it of"), widget=forms.CheckboxSelectMultiple, choices=lambda: event_choices()
    )


def event_choices() -> list[tuple[str, Any]]:
    """(name, name with the fields it carries) of every event there is."""
    return [
        (name, f"{name} ({', '.join(field.name for field in fields(event))})")
        for name, event in sorted(registry.events.items())
    ]
