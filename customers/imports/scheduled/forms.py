"""What is asked about a scheduled import: shape only, the services decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from crm.core.importers import Importer
from customers.imports.forms import as_json
from customers.models import ImportSchedule


class ScheduleForm(forms.ModelForm[ImportSchedule]):
    """A schedule, with the importer's own questions."""

    authorization = forms.CharField(
        label=_("Authorization"),
        required=False,
        max_length=2000,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        validators=[RegexValidator(r"^[\x20-\x7e]*$", _("Plain letters, digits and signs only."))],
        help_text=_(
            "Sent as the Authorization header: Bearer, a space, the token. It is kept sealed, never shown."
        ),
    )

    class Meta:
        model = ImportSchedule
        fields = ("name", "source", "folder", "pattern", "url", "authorization", "every", "at")
        widgets = {"at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M")}
        help_texts = {
            "folder": _("Below the folder that the operator has set for imports; empty for that one itself."),
            "pattern": _("For example orders-*.csv. Each file is taken once."),
            "url": _("Where the file is, on https and on the open internet. The same content is taken once."),
            "at": _("For every day and every week, by the clock of the company."),
        }

    def __init__(
        self, importer: Importer, data: Any = None, *, instance: ImportSchedule | None = None
    ) -> None:
        super().__init__(data, instance=instance)
        self.order_fields(self.Meta.fields)
        if not settings.IMPORT_FOLDER:
            self.fields["source"].choices = [  # type: ignore[attr-defined]
                choice
                for choice in ImportSchedule.Source.choices
                if choice[0] != ImportSchedule.Source.FOLDER
            ]
            del self.fields["folder"], self.fields["pattern"]
        answers = instance.options if instance else None
        self.options = importer.options(data, initial=answers) if importer.options else None

    @property
    def questions(self) -> list[forms.BoundField]:
        return [*self, *(self.options or ())]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.options and not self.options.is_valid():
            self.add_error(None, _("Look at the answers below."))
        return data

    def answers(self) -> dict[str, Any]:
        """The arguments of the services."""
        cleaned = self.options.cleaned_data if self.options else {}
        kept = {name: as_json(value) for name, value in cleaned.items()}
        return {"folder": "", "pattern": "*", **self.cleaned_data, "options": kept}

    def _post_clean(self) -> None:
        """The services fill the instance, so that a page which shows mistakes still tells what is stored."""
