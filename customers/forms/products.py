"""What we sell."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.forms.parts import AmountField
from customers.models import Product, ProductLine


class ProductForm(forms.ModelForm[Product]):
    price = AmountField(label=_("List price"), max_digits=14, decimal_places=4, min_value=0, required=False)
    cost = AmountField(
        label=_("Unit cost"),
        max_digits=14,
        decimal_places=4,
        min_value=0,
        required=False,
        help_text=_("Empty: the company's usual margin is assumed."),
    )

    class Meta:
        model = Product
        fields = ("name", "sku", "line", "price", "cost", "is_active")


class ProductLineForm(forms.ModelForm[ProductLine]):
    class Meta:
        model = ProductLine
        fields = ("name",)
