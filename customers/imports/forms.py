"""The questions of an import: which file, what stands where in it, under which name to keep the answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core.importers import Importer, ImportField
from customers.imports.guessing import Layout, Sight, guess_layout, guess_map
from customers.imports.mapping import (
    DATE_FORMATS,
    DECIMALS,
    DELIMITERS,
    ENCODINGS,
    BadMap,
    ImportMap,
    builtin_maps_for,
    place_of,
)
from customers.imports.reading import FileRefused
from customers.models import NamedMap

GUESS, BUILTIN = "", "builtin:"


class UploadForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV, plain or packed (.gz), or a workbook (.xlsx)."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.gz,.xlsx,text/csv,application/gzip"}),
    )
    layout = forms.ChoiceField(label=gettext_lazy("Its columns"), required=False)

    def __init__(self, importer: Importer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["layout"].choices = [(GUESS, _("Show me, I choose")), *known_maps(importer)]  # type: ignore[attr-defined]

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


def known_maps(importer: Importer) -> list[tuple[str, str]]:
    """The maps to choose from: saved ones by id, those that come along by name."""
    saved = NamedMap.objects.filter(importer=importer.name).values_list("pk", "name")
    builtin = builtin_maps_for(importer.name)
    return [
        *((str(pk), name) for pk, name in saved),
        *((f"{BUILTIN}{name}", found.name) for name, found in builtin.items()),
    ]


class LayoutForm(forms.Form):
    """How the file is cut into cells, or which of its sheets is read; changing it shows the file again."""

    sheet = forms.ChoiceField(label=gettext_lazy("Sheet"), required=False)
    delimiter = forms.ChoiceField(label=gettext_lazy("Cells end with"), choices=list(DELIMITERS.items()))
    encoding = forms.ChoiceField(label=gettext_lazy("Encoding"), choices=list(ENCODINGS.items()))
    header = forms.TypedChoiceField(
        label=gettext_lazy("First line"),
        choices=[("yes", gettext_lazy("names the columns")), ("no", gettext_lazy("is data"))],
        coerce=lambda value: value == "yes",
    )

    def __init__(self, data: Any, *, sheets: Sequence[str]) -> None:
        """`sheets` are the names of those that the file has: none make it a text."""
        super().__init__(data)
        for name in ("delimiter", "encoding") if sheets else ("sheet",):
            del self.fields[name]
        if sheets:
            choices = [("", _("the first one")), *((name, name) for name in sheets)]
            self.fields["sheet"].choices = choices  # type: ignore[attr-defined]

    def layout(self) -> Layout:
        return Layout(**self.cleaned_data)


def initial_layout(layout: Layout) -> dict[str, str]:
    return {
        "delimiter": layout.delimiter,
        "encoding": layout.encoding,
        "sheet": layout.sheet,
        "header": "yes" if layout.header else "no",
    }


class MapForm(forms.Form):
    """Which column holds what, how dates and numbers are written, and the importer's own questions."""

    date_format = forms.ChoiceField(label=gettext_lazy("Dates look like"), choices=list(DATE_FORMATS.items()))
    decimal = forms.ChoiceField(label=gettext_lazy("Numbers look like"), choices=list(DECIMALS.items()))
    clear = forms.BooleanField(
        label=gettext_lazy("Empty cells empty what is here"),
        required=False,
        help_text=gettext_lazy("Otherwise an empty cell changes nothing."),
    )
    save_as = forms.CharField(
        label=gettext_lazy("Keep these columns as"),
        required=False,
        max_length=80,
        help_text=gettext_lazy("They are offered when a file with the same columns comes again."),
    )

    def __init__(
        self, importer: Importer, sight: Sight, base: ImportMap | None = None, data: Any = None
    ) -> None:
        """A form for the file in sight, filled from the map `base`, or else from a guess."""
        self.importer, self.sight, self.base = importer, sight, base
        guessed = base_of(base, sight) if base else guess_map(importer, sight)
        super().__init__(data, initial=initial_of(guessed))
        if importer.reader:
            del self.fields["clear"]  # orders are corrected line by line: nothing in them can be emptied
        choices = [("", _("not in the file")), *enumerate(sight.header, start=1)]
        for field in importer.fields:
            self.fields[f"column_{field.name}"] = self.column_field(field, choices)
        raw = base.to_dict() if base else {}
        self.manners: Any = importer.manners and importer.manners(
            data, initial=importer.manners.from_map(raw) if base else None
        )
        self.options = importer.options(data) if importer.options else None

    def column_field(self, field: ImportField, choices: list[Any]) -> forms.Field:
        is_built = bool(self.base and self.base.number_from and field.name == "number")
        return forms.TypedChoiceField(
            label=field.label,
            choices=choices,
            coerce=int,
            required=field.needed and not is_built,
            empty_value=None,
        )

    @property
    def columns(self) -> list[forms.BoundField]:
        return [self[f"column_{field.name}"] for field in self.importer.fields]

    @property
    def questions(self) -> list[forms.BoundField]:
        """How the file is written, and what is to be done with it this time."""
        asked = [self[name] for name in ("date_format", "decimal", "clear") if name in self.fields]
        return [*asked, *(self.manners or ()), *(self.options or ())]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for form in filter(None, (self.manners, self.options)):
            if not form.is_valid():
                self.add_error(None, form.errors.get("__all__", [_("Look at the answers below.")]))
        if not self.errors:
            try:
                data["map"] = self.import_map(data)
            except BadMap as error:
                self.add_error(None, str(error))
        return data

    def import_map(self, data: Mapping[str, Any]) -> ImportMap:
        layout, base = self.sight.layout, self.base.to_dict() if self.base else {}
        fields = {field.name: data[f"column_{field.name}"] for field in self.importer.fields}
        return ImportMap.from_dict(
            {
                **base,
                "importer": self.importer.name,
                "fields": {name: self.sight.called(number) for name, number in fields.items() if number},
                **asdict(layout),
                "date_format": data["date_format"],
                "decimal": data["decimal"],
                "clear": data.get("clear", False),
                **self.manners_of_map(base),
            }
        )

    def manners_of_map(self, base: Mapping[str, Any]) -> dict[str, Any]:
        found = self.manners.as_map() if self.manners else {}
        return {**found, "defaults": {**base.get("defaults", {}), **found.get("defaults", {})}}

    def answers(self) -> dict[str, Any]:
        """The answers to the importer's own questions as jobs keep them."""
        cleaned = self.options.cleaned_data if self.options else {}
        return {name: as_json(value) for name, value in cleaned.items()}


def as_json(value: Any) -> Any:
    if isinstance(value, Model):
        return value.pk
    return value.isoformat() if isinstance(value, dt.date) else value


def base_of(base: ImportMap, sight: Sight) -> dict[str, Any]:
    """What a map says of this file; columns that it lacks are left open."""
    fields = {}
    for name, column in base.fields.items():
        try:
            fields[name] = place_of(column, sight.header if base.header else []) + 1
        except BadMap:
            continue
    return {
        "fields": fields,
        "date_format": base.date_format,
        "decimal": base.decimal,
        "clear": base.clear,
    }


def initial_of(guessed: Mapping[str, Any]) -> dict[str, Any]:
    columns = {f"column_{name}": number for name, number in guessed["fields"].items()}
    return {**guessed, **columns}


class NamedMapForm(forms.ModelForm[NamedMap]):
    """Another name for a saved map."""

    class Meta:
        model = NamedMap
        fields = ("name",)
