"""What to take out, and as which kind of file."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from django import forms
from django.utils.translation import gettext_lazy

from crm.core.exports.formats import FORMATS
from crm.core.exports.jobs import exports_open_to
from crm.core.exports.lists import Export
from crm.core.models import User

EVERYTHING = "everything"


class ExportForm(forms.Form):
    """`filters` is the query of the list's page, when the person came from one."""

    what = forms.ChoiceField(label=gettext_lazy("List"))
    file_format = forms.ChoiceField(
        label=gettext_lazy("As"), choices=[(name, found.label) for name, found in FORMATS.items()]
    )
    filters = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.open = {export.name: export for export in exports_open_to(user)}
        what = self.fields["what"]
        assert isinstance(what, forms.ChoiceField)
        what.choices = [
            *((name, export.label) for name, export in self.open.items()),
            (EVERYTHING, gettext_lazy("Everything, a file each")),
        ]

    def clean_filters(self) -> dict[str, str]:
        return dict(parse_qsl(self.cleaned_data["filters"], keep_blank_values=True))

    @property
    def chosen(self) -> list[Export]:
        what = self.cleaned_data["what"]
        return list(self.open.values()) if what == EVERYTHING else [self.open[what]]
