"""Forms of the loyalty pages. They check shape; the ledger and `referring` decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core.models import Company
from loyalty.models import Program
from loyalty.referring import NamedPerson

MOST_POINTS = 10_000_000


class ProgramForm(forms.ModelForm[Program]):
    class Meta:
        model = Program
        fields = ["name", "points_per_unit", "hold_days", "expiry_months", "is_running"]


class AdjustForm(forms.Form):
    """`key` is made with the form, so that pressing Save twice changes the points once."""

    points = forms.IntegerField(
        label=gettext_lazy("Points"),
        min_value=-MOST_POINTS,
        max_value=MOST_POINTS,
        help_text=gettext_lazy("With a minus sign to take them away."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"), max_length=300, help_text=gettext_lazy("Stays on the statement for good.")
    )
    key = forms.UUIDField(widget=forms.HiddenInput)


class ReferralForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Their name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("Their mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    company = forms.CharField(
        label=gettext_lazy("Where they work"),
        max_length=160,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
    )
    phone = forms.CharField(
        label=gettext_lazy("Their phone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
    )
    message = forms.CharField(
        label=gettext_lazy("What could we help them with?"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    consent = forms.BooleanField(
        error_messages={"required": gettext_lazy("Please ask them first; then we may write to them.")}
    )
    website = forms.CharField(required=False, max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["consent"].label = self.consent_words()

    def consent_words(self) -> str:
        """The sentence that is agreed to, kept with the referral as proof."""
        company = Company.load().name
        return _("I have asked this person, and %(company)s may contact them.") % {"company": company}

    @property
    def is_from_a_machine(self) -> bool:
        """Whether the field that people do not see was filled in."""
        return bool(self.cleaned_data["website"])

    def person(self) -> NamedPerson:
        """Whom the form names; line breaks inside a line of text become spaces."""
        line = {name: " ".join(self.cleaned_data[name].split()) for name in ("name", "company", "phone")}
        return NamedPerson(email=self.cleaned_data["email"], message=self.cleaned_data["message"], **line)
