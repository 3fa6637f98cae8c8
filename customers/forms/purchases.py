"""Orders, their way to the customer, and what comes back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.models import User
from customers.forms.parts import AmountField, MomentField
from customers.models import Account, Contact, Product, Purchase, PurchaseLine
from customers.services.purchases import LineInput
from customers.services.returns import ReturnLineInput

EMPTY_ROWS = 5
MOST_ROWS = 200


class PurchaseForm(forms.Form):
    contact = forms.ModelChoiceField(
        label=_("Ordered by"),
        queryset=Contact.objects.none(),
        required=False,
        empty_label=_("Nobody in particular"),
    )
    ordered_at = MomentField(label=_("Ordered"))
    number = forms.CharField(
        label=_("Order number"), max_length=60, required=False, help_text=_("Empty: the next free number.")
    )

    def __init__(self, *args: Any, account: Account, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Contact.objects.visible_to(user).of_family(account).active().order_by("last_name", "id")
        contact = self.fields["contact"]
        assert isinstance(contact, forms.ModelChoiceField)
        contact.queryset = people
        self.fields["ordered_at"].initial = timezone.now


class ProductField(forms.CharField):
    """A product by its article number, or by its name where that is unmistakable."""

    def clean(self, value: Any) -> Product | None:
        words = super().clean(value)
        if not words:
            return None
        found = Product.objects.filter(sku__iexact=words).first()
        if found:
            return found
        named = Product.objects.filter(name__iexact=words)[:2]
        if len(named) == 1:
            return named[0]
        raise forms.ValidationError(_("Choose a product from the list."), code="unknown")


class LineForm(forms.Form):
    """One row of an order; a row without a product is left out."""

    product = ProductField(label=_("Product"), max_length=200)
    quantity = AmountField(
        label=_("Quantity"), max_digits=12, decimal_places=3, min_value=Decimal("0.001"), required=False
    )
    unit_price = AmountField(
        label=_("Price each"), max_digits=14, decimal_places=4, min_value=Decimal(0), required=False
    )

    @property
    def line(self) -> LineInput | None:
        product = self.cleaned_data.get("product")
        if product is None:
            return None
        price = self.cleaned_data["unit_price"]
        return LineInput(
            product=product,
            quantity=self.cleaned_data["quantity"] or Decimal(1),
            unit_price=price if price is not None else product.price or Decimal(0),
        )


LineFormSet = forms.formset_factory(LineForm, extra=EMPTY_ROWS, max_num=MOST_ROWS, absolute_max=MOST_ROWS)


class StatusForm(forms.Form):
    """The day on which an order came a step further."""

    status = forms.CharField(widget=forms.HiddenInput)
    at = MomentField(label=_("When"), required=False)


class ReturnForm(forms.Form):
    """What of an order came back: a quantity beside each line."""

    reason = forms.CharField(label=_("Why did it come back?"), max_length=300, required=False)
    returned_at = MomentField(label=_("When"), required=False)

    def __init__(self, *args: Any, purchase: Purchase, lines: list[PurchaseLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        for line in lines:
            self.fields[f"line-{line.pk}"] = AmountField(
                label=line.label, max_digits=12, decimal_places=3, min_value=Decimal(0), required=False
            )

    def rows(self) -> list[tuple[PurchaseLine, forms.BoundField]]:
        return [(line, self[f"line-{line.pk}"]) for line in self.lines]

    @property
    def returned(self) -> list[ReturnLineInput]:
        quantities = ((line, self.cleaned_data.get(f"line-{line.pk}")) for line in self.lines)
        return [ReturnLineInput(purchase_line=line, quantity=number) for line, number in quantities if number]
