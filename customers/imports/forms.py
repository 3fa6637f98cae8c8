"""The two questions of an import: which file, and what stands where in it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core.models import User
from customers.imports.guessing import Layout, Sight, guess_layout, guess_map
from customers.imports.mapping import (
    DATE_FORMATS,
    DECIMALS,
    DELIMITERS,
    ENCODINGS,
    FIELDS,
    NEEDED,
    BadMap,
    ImportMap,
    builtin_maps,
)
from customers.imports.reading import FileRefused
from customers.models import PurchaseStatus

GUESS = ""


class HowToTreat(forms.Form):
    """What both pages ask about the orders themselves."""

    treat_as_new_since = forms.DateField(
        label=gettext_lazy("Treat as new since"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy(
            "Orders from this day on earn points and start surveys and mails. "
            "Left empty, everything is history and nobody is written to."
        ),
    )
    owner = forms.ModelChoiceField(
        label=gettext_lazy("New customers belong to"),
        queryset=User.objects.filter(is_active=True).order_by("name"),
        required=False,
        empty_label=gettext_lazy("nobody yet"),
    )


class UploadForm(HowToTreat):
    file = forms.FileField(
        label=gettext_lazy("File of purchases"),
        help_text=gettext_lazy("CSV or .csv.gz, one line per line of an order."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.gz,text/csv,application/gzip"}),
    )
    layout = forms.ChoiceField(label=gettext_lazy("Its columns"), required=False)

    field_order = ("file", "layout", "treat_as_new_since", "owner")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        builtin = [(name, found.name) for name, found in builtin_maps().items()]
        self.fields["layout"].choices = [(GUESS, _("Show me, I choose")), *builtin]  # type: ignore[attr-defined]

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > settings.IMPORT_MAX_UPLOAD:
            limit = settings.IMPORT_MAX_UPLOAD >> 20
            raise forms.ValidationError(_("The file is larger than %(limit)d MB.") % {"limit": limit})
        try:
            guess_layout(file)
        except FileRefused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return file


class LayoutForm(forms.Form):
    """How the file is cut into cells; changing it shows the file again."""

    delimiter = forms.ChoiceField(label=gettext_lazy("Cells end with"), choices=list(DELIMITERS.items()))
    encoding = forms.ChoiceField(label=gettext_lazy("Encoding"), choices=list(ENCODINGS.items()))
    header = forms.TypedChoiceField(
        label=gettext_lazy("First line"),
        choices=[("yes", gettext_lazy("names the columns")), ("no", gettext_lazy("is data"))],
        coerce=lambda value: value == "yes",
    )

    def layout(self) -> Layout:
        return Layout(**self.cleaned_data)


def initial_layout(layout: Layout) -> dict[str, str]:
    return {
        "delimiter": layout.delimiter,
        "encoding": layout.encoding,
        "header": "yes" if layout.header else "no",
    }


class MapForm(HowToTreat):
    """Which column holds what, and how dates and numbers are written."""

    date_format = forms.ChoiceField(label=gettext_lazy("Dates look like"), choices=list(DATE_FORMATS.items()))
    decimal = forms.ChoiceField(label=gettext_lazy("Numbers look like"), choices=list(DECIMALS.items()))
    default_status = forms.ChoiceField(
        label=gettext_lazy("Orders without a status are"),
        choices=PurchaseStatus.choices,
        initial=PurchaseStatus.DELIVERED,
    )
    return_prefix = forms.CharField(
        label=gettext_lazy("Returns have numbers that begin with"), required=False, max_length=10
    )
    negative_is_return = forms.BooleanField(
        label=gettext_lazy("A negative quantity is a return"), required=False, initial=True
    )

    def __init__(self, sight: Sight, asked: dict[str, Any], data: Any = None) -> None:
        """A form for the file in sight; `asked` is what the first page has learned already."""
        super().__init__(data, initial=initial_of(guess_map(sight)) | asked)
        self.sight = sight
        choices = [("", _("not in the file")), *enumerate(sight.header, start=1)]
        for name, label in FIELDS.items():
            self.fields[f"column_{name}"] = forms.TypedChoiceField(
                label=label,
                choices=choices,
                coerce=int,
                required=name in (*NEEDED, "number"),
                empty_value=None,
            )

    @property
    def columns(self) -> list[forms.BoundField]:
        return [self[f"column_{name}"] for name in FIELDS]

    @property
    def manners(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if not name.startswith("column_")]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors:
            try:
                data["map"] = self.import_map(data)
            except BadMap as error:
                self.add_error(None, str(error))
        return data

    def import_map(self, data: dict[str, Any]) -> ImportMap:
        layout = self.sight.layout
        return ImportMap.from_dict(
            {
                "fields": {name: data[f"column_{name}"] for name in FIELDS if data[f"column_{name}"]},
                "defaults": {"status": data["default_status"]},
                "delimiter": layout.delimiter,
                "encoding": layout.encoding,
                "header": layout.header,
                "date_format": data["date_format"],
                "decimal": data["decimal"],
                "return_prefix": data["return_prefix"],
                "negative_is_return": data["negative_is_return"],
            }
        )


def initial_of(guessed: dict[str, Any]) -> dict[str, Any]:
    columns = {f"column_{name}": number for name, number in guessed["fields"].items()}
    return {**columns, "date_format": guessed["date_format"], "decimal": guessed["decimal"]}
