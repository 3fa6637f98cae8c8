"""Accounts, and the filters of their list."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.db.models import Model
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from crm.core.access import may
from crm.core.models import User
from customers.forms.parts import DayInput, PlainSelect, StaffField
from customers.models import Account

RARE = 2000
MONTH_DAYS = dt.timedelta(days=30.4375)


class AccountForm(forms.ModelForm[Account]):
    """Make or change an account. `parent` is offered among the accounts the person sees."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Account.Kind.choices)
    owner = StaffField(required=False)

    class Meta:
        model = Account
        fields = (
            "name",
            "kind",
            "parent",
            "owner",
            "team",
            "industry",
            "customer_since",
            "external_id",
            "phone",
            "website",
            "street",
            "city",
            "region",
            "postal_code",
            "country",
            "acquisition_cost",
            "about",
        )
        widgets = {"customer_since": DayInput, "about": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parent = self.fields["parent"]
        assert isinstance(parent, forms.ModelChoiceField)
        parent.queryset = Account.objects.visible_to(user)
        if not may(user, "costs.view"):
            del self.fields["acquisition_cost"]

    @property
    def chosen_parent(self) -> Account | None:
        """The account that is picked now, for the picker to show."""
        value = self["parent"].value()
        parent = self.fields["parent"]
        assert isinstance(parent, forms.ModelChoiceField)
        if not value or parent.queryset is None or not str(value).isdecimal():
            return None
        return parent.queryset.filter(pk=value).first()


class AccountFilter(forms.Form):
    """What the list of customers may be narrowed to; anything else in the address is ignored."""

    SORTS = {
        "name": "name",
        "purchase": "-last_purchase",
        "touch": "-last_touch",
        "year": "-summary__revenue_12m",
        "newest": "-created_at",
    }
    QUIET = ((3, _("3 months")), (6, _("6 months")), (12, _("12 months")), (24, _("2 years")))

    q = forms.CharField(required=False, max_length=100, label=_("Search"))
    mine = forms.BooleanField(required=False)
    owner = StaffField(required=False, empty_label=_("Anybody"))
    kind = forms.ChoiceField(
        required=False, choices=[("", _("Every kind")), *Account.Kind.choices], widget=PlainSelect
    )
    industry = forms.CharField(required=False, max_length=80)
    quiet = forms.TypedChoiceField(
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", _("However long")), *QUIET],
        widget=PlainSelect,
    )
    archived = forms.BooleanField(required=False)
    parent = forms.ModelChoiceField(required=False, queryset=Account.objects.none())
    sort = forms.ChoiceField(required=False, choices=[(name, name) for name in SORTS])

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parent = self.fields["parent"]
        assert isinstance(parent, forms.ModelChoiceField)
        parent.queryset = Account.objects.visible_to(user)

    @property
    def chosen(self) -> dict[str, Any]:
        """The filters that are set and make sense."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    @property
    def order(self) -> str:
        return self.SORTS[self.chosen.get("sort", "name")]

    @cached_property
    def rare_ids(self) -> list[int] | None:
        """The accounts with words of which there are few; None for common words, and for none.

        Rare words are looked up first, common ones met on the way through the sorted list: left to itself the
        planner may walk the whole list for words that stand in three names.
        """
        words = self.chosen.get("q")
        if not words:
            return None
        ids = list(Account.objects.matching(words).values_list("pk", flat=True)[: RARE + 1])
        return ids if len(ids) <= RARE else None

    def in_words(self) -> dict[str, str]:
        """What narrows the list, as label → value, for those who read of it later."""
        chosen = {name: value for name, value in self.chosen.items() if name != "sort"}
        return {str(self[name].label): self.say(name, value) for name, value in chosen.items()}

    def say(self, name: str, value: Any) -> str:
        field = self.fields[name]
        if isinstance(value, Model):
            return f"{value} ({value.pk})"
        if isinstance(field, forms.ChoiceField):
            return str(dict(field.choices).get(value, value))  # type: ignore[arg-type]  # no groups here
        return str(_("yes") if value is True else value)

    def quiet_moment(self) -> dt.datetime | None:
        months = self.chosen.get("quiet")
        return timezone.now() - months * MONTH_DAYS if months else None
