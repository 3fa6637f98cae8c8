"""Forms of Settings and of the person's own pages: shape only, the services decide."""

from __future__ import annotations

from typing import Any, ClassVar
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core.api.scopes import scopes_open_to
from crm.core.brand import worries
from crm.core.models import Company, Role, Team, Theme, User
from crm.core.wording import SYMBOLS

COLOUR_FITS = gettext_lazy("Buttons and links use it, in mails and on customers' pages, too.")
LARGEST_LOGO = 200 * 1024
LOGO_STARTS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"RIFF": "image/webp"}
DAYS = [
    (1, gettext_lazy("Monday")),
    (2, gettext_lazy("Tuesday")),
    (3, gettext_lazy("Wednesday")),
    (4, gettext_lazy("Thursday")),
    (5, gettext_lazy("Friday")),
    (6, gettext_lazy("Saturday")),
    (7, gettext_lazy("Sunday")),
]


def zone_choices() -> list[tuple[str, str]]:
    return [
        (zone, zone.replace("_", " "))
        for zone in sorted(available_timezones())
        if "/" in zone or zone == "UTC"
    ]


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class BrandForm(forms.ModelForm[Company]):
    """Whose product this is, for staff and for customers."""

    logo_file = forms.FileField(
        label=gettext_lazy("Logo"),
        required=False,
        help_text=gettext_lazy("PNG, JPEG or WebP, at most 200 KB."),
    )
    privacy_url = forms.URLField(label=gettext_lazy("Privacy page"), required=False, assume_scheme="https")
    drop_logo = forms.BooleanField(label=gettext_lazy("Remove the logo"), required=False)

    class Meta:
        model = Company
        fields: ClassVar[list[str]] = [
            "name",
            "colour",
            "sender_name",
            "reply_to",
            "postal_address",
            "privacy_url",
        ]
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "colour": forms.TextInput(
                attrs={"type": "color", "data-brand-colour": reverse_lazy("settings_brand_colour")}
            )
        }
        help_texts: ClassVar[dict[str, Any]] = {
            "sender_name": gettext_lazy("Shown as the sender of mails; empty: the company name."),
            "postal_address": gettext_lazy("Stands at the foot of every mail, as the law asks."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["colour"].help_text = worries(self.instance.colour) or COLOUR_FITS

    def clean_logo_file(self) -> tuple[bytes, str] | None:
        """The image and its media type, told by its first bytes and not by its name."""
        upload = self.cleaned_data["logo_file"]
        if not upload:
            return None
        if upload.size > LARGEST_LOGO:
            raise ValidationError(_("This file is larger than 200 KB."))
        image = upload.read()
        for start, media_type in LOGO_STARTS.items():
            if image.startswith(start):
                return image, media_type
        raise ValidationError(_("This is not a PNG, JPEG or WebP image."))

    def save(self, commit: bool = True) -> Company:
        company = super().save(commit=False)
        if self.cleaned_data["logo_file"]:
            company.logo, company.logo_type = self.cleaned_data["logo_file"]
        elif self.cleaned_data["drop_logo"]:
            company.logo, company.logo_type = None, ""
        company.save()
        return company


class MoneyAndHoursForm(forms.ModelForm[Company]):
    """Currency and working hours."""

    currency = forms.ChoiceField(
        label=gettext_lazy("Currency"), choices=[(code, code) for code in sorted(SYMBOLS)]
    )
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"), choices=zone_choices)
    workdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Working days"), choices=DAYS, coerce=int, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Company
        fields: ClassVar[list[str]] = [
            "currency",
            "default_margin",
            "time_zone",
            "workdays",
            "day_starts",
            "day_ends",
        ]
        widgets: ClassVar[dict[str, forms.Widget]] = {"day_starts": TimeInput(), "day_ends": TimeInput()}


class PersonForm(forms.ModelForm[User]):
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=Role.choices)

    class Meta:
        model = User
        fields: ClassVar[list[str]] = ["name", "email", "role", "is_active"]

    def _post_clean(self) -> None:
        """The service validates the whole person, and says so beside the field."""


class ProfileForm(forms.ModelForm[User]):
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"), choices=zone_choices)
    theme = forms.ChoiceField(
        label=gettext_lazy("Look"),
        choices=Theme.choices,
        widget=forms.Select(attrs={"data-theme-choice": True}),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)

    class Meta:
        model = User
        fields: ClassVar[list[str]] = ["name", "time_zone", "language", "theme"]


class TeamForm(forms.ModelForm[Team]):
    people = User.objects.filter(is_active=True).order_by("name")
    members = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Members"), queryset=people, required=False, widget=forms.CheckboxSelectMultiple
    )
    managers = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Managers"),
        queryset=people,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("See everything that members of the team own."),
    )

    class Meta:
        model = Team
        fields: ClassVar[list[str]] = ["name"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            memberships = list(self.instance.memberships.values_list("user_id", "is_manager"))
            self.initial["members"] = [user_id for user_id, _manages in memberships]
            self.initial["managers"] = [user_id for user_id, manages in memberships if manages]


class TokenForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("What it is for"), max_length=80)
    scopes = forms.MultipleChoiceField(label=gettext_lazy("May"), widget=forms.CheckboxSelectMultiple)
    expires_at = forms.DateField(
        label=gettext_lazy("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["scopes"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(name, scope.label) for name, scope in scopes_open_to(person).items()]
