"""The composer: what happened, with whom, and what follows."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.core.models import User
from customers.forms.parts import MomentField, PickField
from customers.models import Account, Channel, Contact, Mood, ProductLine
from customers.services.interactions import FollowUp


class InteractionForm(forms.Form):
    """`text` and the names it is called by in the browser; `services` knows it as `body`."""

    channel = forms.ChoiceField(choices=Channel.choices, initial=Channel.CALL)
    text = forms.CharField(label=_("What happened?"), max_length=20_000, widget=forms.Textarea)
    contacts = forms.ModelMultipleChoiceField(queryset=Contact.objects.none(), required=False)
    at = MomentField(label=_("When"), required=False, help_text=_("Empty: just now."))
    minutes = forms.IntegerField(label=_("Minutes"), required=False, min_value=1, max_value=1440)
    mood = forms.ChoiceField(required=False, choices=Mood.choices)
    need_line = PickField(
        label=_("Need spotted"), required=False, queryset=ProductLine.objects.all(), empty_label=_("None")
    )
    follow_up = forms.CharField(label=_("Follow-up"), required=False, max_length=200)
    follow_up_at = MomentField(label=_("Due"), required=False)

    def __init__(self, *args: Any, account: Account, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "log_%s", **kwargs})
        people = self.fields["contacts"]
        assert isinstance(people, forms.ModelMultipleChoiceField)
        if self.is_bound:
            people.queryset = Contact.objects.visible_to(user).of_family(account).active()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("follow_up") and not cleaned.get("follow_up_at"):
            self.add_error("follow_up_at", _("Until when?"))
        if cleaned.get("follow_up_at") and not cleaned.get("follow_up"):
            self.add_error("follow_up", _("What is to be done?"))
        return cleaned

    @property
    def errors_without_label(self) -> list[str]:
        """What is wrong with the fields that the composer shows as chips and bare text."""
        return [str(error) for name in ("channel", "text", "contacts", "mood") for error in self[name].errors]

    @property
    def picked(self) -> list[Contact]:
        """The people who were chosen, as far as they may be."""
        people = self.fields["contacts"]
        assert isinstance(people, forms.ModelMultipleChoiceField)
        chosen = [value for value in self["contacts"].value() or [] if str(value).isdecimal()]
        return list(people.queryset.filter(pk__in=chosen)) if people.queryset is not None and chosen else []

    @property
    def wishes(self) -> dict[str, Any]:
        """The cleaned values by the names that `log_interaction` has for them."""
        values = dict(self.cleaned_data)
        body, title, due_at = values.pop("text"), values.pop("follow_up"), values.pop("follow_up_at")
        follow_up = FollowUp(title=title, due_at=due_at) if title else None
        return {**values, "body": body, "follow_up": follow_up}
