"""People at customers."""

from __future__ import annotations

from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from customers.models import Contact, ContactRole
from customers.outreach.models import Topic

ZONES = sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))


class ContactForm(forms.ModelForm[Contact]):
    """Add or change a person."""

    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        required=False,
        choices=ContactRole.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        required=False,
        choices=[("", _("The company's")), *((name, name.replace("_", " ")) for name in ZONES)],
    )

    class Meta:
        model = Contact
        fields = ("first_name", "last_name", "job_title", "email", "phone", "roles", "language", "time_zone")


class ConsentForm(forms.Form):
    """A yes or no that was given to one of us, with how."""

    topic = forms.ModelChoiceField(queryset=Topic.objects.exclude(basis=Topic.Basis.SERVICE))
    granted = forms.TypedChoiceField(
        choices=[("yes", _("Yes")), ("no", _("No"))], coerce=lambda value: value == "yes"
    )
    proof = forms.CharField(label=_("How do we know?"), max_length=300)

    def clean_topic(self) -> str:
        """Topics go by their short name."""
        return str(self.cleaned_data["topic"].pk)
