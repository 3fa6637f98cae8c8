"""Forms of the campaigns pages."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class TakeOutForm(forms.Form):
    reason = forms.CharField(
        label=_("Why"),
        max_length=200,
        help_text=_("Shown on the customer's timeline."),
    )
    whole_account = forms.BooleanField(label=_("Everyone of this account"), required=False)
