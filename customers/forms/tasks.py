"""Things to do: asked for, done, put off."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.models import User
from customers.forms.parts import MomentField, StaffField
from customers.models import Account, Contact, Task, TaskKind

MORNING = dt.time(9)


class TaskForm(forms.ModelForm[Task]):
    """Give somebody something to do."""

    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[(kind, kind.label) for kind in (TaskKind.TODO, TaskKind.CALL, TaskKind.THANK)],
    )
    due_at = MomentField(label=_("Due"))
    owner = StaffField(label=_("Who"))

    class Meta:
        model = Task
        fields = ("title", "kind", "due_at", "owner", "contact", "why", "is_urgent")
        widgets = {"why": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, account: Account, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        contact = self.fields["contact"]
        assert isinstance(contact, forms.ModelChoiceField)
        contact.label, contact.empty_label = _("With"), _("Nobody in particular")
        contact.queryset = (
            Contact.objects.visible_to(user).of_family(account).active().order_by("last_name", "id")
        )


class DoneForm(forms.Form):
    outcome = forms.CharField(label=_("What came of it?"), required=False, max_length=500)


class SnoozeForm(forms.Form):
    """A day from the short list or one of your own, and why."""

    days = forms.TypedChoiceField(
        label=_("Until"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[(1, _("Tomorrow")), (3, _("In 3 days")), (7, _("In a week")), (30, _("In a month"))],
        widget=forms.RadioSelect,
        initial=1,
    )
    until = MomentField(label=_("Or a day of your own"), required=False)
    reason = forms.CharField(label=_("Why later?"), max_length=200)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.get("until") and not cleaned.get("days") and not self.errors:
            self.add_error("until", _("Choose a day."))
        return cleaned

    @property
    def moment(self) -> dt.datetime:
        """The chosen day in the morning of the person's zone, unless a moment of their own was given."""
        if self.cleaned_data["until"]:
            return self.cleaned_data["until"]
        day = timezone.localdate() + dt.timedelta(days=self.cleaned_data["days"])
        return timezone.make_aware(dt.datetime.combine(day, MORNING))
