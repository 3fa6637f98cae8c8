"""Forms of the campaigns pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext


class TakeOutForm(forms.Form):
    """Why somebody is taken out; `others` of their account in the same sequence may be taken along."""

    reason = forms.CharField(
        label=_("Why"),
        max_length=200,
        help_text=_("Shown on the customer's timeline."),
    )
    whole_account = forms.BooleanField(required=False)

    def __init__(self, *args: Any, others: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        along = ngettext(
            "Also the other person of this account", "Also the %(count)d others of this account", others
        )
        self.fields["whole_account"].label = along % {"count": others}
        if not others:
            del self.fields["whole_account"]
