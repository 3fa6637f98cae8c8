"""What a file of purchases may say, and what it cannot say and is asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.importers import Importer, ImportField, Shown
from crm.core.models import Company, User
from customers.imports.mapping import PURCHASES, ImportMap
from customers.imports.purchases.applying import apply
from customers.imports.purchases.rows import RowReader
from customers.imports.reading import Record
from customers.models import Purchase, PurchaseStatus

FIELDS = [
    ImportField(
        name="account_number",
        label=_("Customer number"),
        needed=True,
        titles=("customerid", "customernumber", "customerno", "customer", "accountnumber", "accountid"),
    ),
    ImportField(
        name="account_name",
        label=_("Customer name"),
        titles=("customername", "accountname", "company", "companyname", "account"),
    ),
    ImportField(name="city", label=_("City"), titles=("city", "town")),
    ImportField(name="country", label=_("Country"), titles=("country",)),
    ImportField(
        name="number",
        label=_("Order number"),
        needed=True,
        titles=(
            "invoiceno",
            "invoicenumber",
            "invoice",
            "orderno",
            "ordernumber",
            "orderid",
            "order",
            "number",
        ),
    ),
    ImportField(
        name="ordered_at",
        label=_("Order date"),
        kind="moment",
        needed=True,
        titles=("invoicedate", "orderdate", "orderedat", "ordered", "orderedon", "date", "purchasedate"),
    ),
    ImportField(
        name="status",
        label=_("Status"),
        kind="choice",
        choices=dict(PurchaseStatus.choices),
        titles=("status", "orderstatus"),
    ),
    ImportField(
        name="shipped_at",
        label=_("Shipped on"),
        kind="moment",
        titles=("shippedat", "shippedon", "shipped", "shipdate"),
    ),
    ImportField(
        name="delivered_at",
        label=_("Delivered on"),
        kind="moment",
        titles=("deliveredat", "deliveredon", "delivered", "deliverydate"),
    ),
    ImportField(
        name="installed_at",
        label=_("Installed on"),
        kind="moment",
        titles=("installedat", "installedon", "installed"),
    ),
    ImportField(
        name="sku",
        label=_("Article number"),
        titles=(
            "sku",
            "stockcode",
            "articlenumber",
            "article",
            "productid",
            "productcode",
            "itemnumber",
            "item",
        ),
    ),
    ImportField(
        name="description",
        label=_("Description"),
        titles=("description", "productname", "product", "itemname", "name"),
    ),
    ImportField(
        name="quantity",
        label=_("Quantity"),
        kind="number",
        titles=("quantity", "qty", "amountordered", "pieces", "units"),
    ),
    ImportField(
        name="unit_price",
        label=_("Unit price"),
        kind="number",
        needed=True,
        titles=("unitprice", "price", "priceeach", "itemprice"),
    ),
    ImportField(name="unit_cost", label=_("Unit cost"), kind="number", titles=("unitcost", "cost")),
    ImportField(
        name="ordinal",
        label=_("Line of the order"),
        kind="number",
        titles=("lineoftheorder", "orderline", "linenumber", "lineno"),
    ),
]
STAGED = {
    "account": "text",
    "account_name": "text",
    "city": "text",
    "country": "text",
    "number": "text",
    "is_return": "boolean NOT NULL",
    "given_ordinal": "integer",
    "ordered_at": "timestamptz",
    "rank": "smallint",
    "shipped_at": "timestamptz",
    "delivered_at": "timestamptz",
    "installed_at": "timestamptz",
    "sku": "text",
    "description": "text",
    "quantity": "numeric",
    "unit_price": "numeric",
    "unit_cost": "numeric",
}
SAMPLE = """\
Order,Date,Customer,Article,Description,Quantity,Price
10521,2026-03-14,C-118,BL-5,Bleacher 5 rows,2,1499.00
10521,2026-03-14,C-118,PAD-2,Wall padding,6,89.50"""


class PurchaseOptions(forms.Form):
    """What this time is to be done with the orders."""

    treat_as_new_since = forms.DateField(
        label=_("Treat as new since"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_(
            "Orders from this day on earn points and start surveys and mails. "
            "Left empty, everything is history and nobody is written to."
        ),
    )
    owner = forms.ModelChoiceField(
        label=_("New customers belong to"),
        queryset=User.objects.filter(is_active=True).order_by("name"),
        required=False,
        empty_label=_("nobody yet"),
    )


class PurchaseManners(forms.Form):
    """How the file writes what has no column."""

    default_status = forms.ChoiceField(
        label=_("Orders without a status are"),
        choices=PurchaseStatus.choices,
        initial=PurchaseStatus.DELIVERED,
    )
    return_prefix = forms.CharField(
        label=_("Returns have numbers that begin with"), required=False, max_length=10
    )
    negative_is_return = forms.BooleanField(
        label=_("A negative quantity is a return"), required=False, initial=True
    )

    def as_map(self) -> dict[str, Any]:
        data = dict(self.cleaned_data)
        return {"defaults": {"status": data.pop("default_status")}, **data}

    @staticmethod
    def from_map(raw: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "default_status": raw.get("defaults", {}).get("status", PurchaseStatus.ORDERED),
            "return_prefix": raw.get("return_prefix", ""),
            "negative_is_return": raw.get("negative_is_return", False),
        }


def reader(
    found: ImportMap, columns: Mapping[str, int], width: int | None
) -> Callable[[Record], tuple[Any, ...]]:
    zone, now = Company.load().zone, timezone.now()
    return RowReader(found, columns=columns, width=width, zone=zone, now=now).read


def show(ids: Collection[int]) -> dict[int, Shown]:
    found = Purchase.objects.filter(pk__in=ids)
    return {one.pk: Shown(f"#{one.number}", one.get_absolute_url()) for one in found}


def options_of(*, treat_as_new_since: dt.date | None = None, owner: User | None = None) -> dict[str, Any]:
    """The answers to `PurchaseOptions` as jobs keep them."""
    since = treat_as_new_since.isoformat() if treat_as_new_since else None
    return {"treat_as_new_since": since, "owner": owner.pk if owner else None}


IMPORTER = Importer(
    name=PURCHASES,
    label=_("Purchases"),
    description=_("Orders and returns with their lines. Customers and articles that are new are added."),
    icon="receipt",
    fields=FIELDS,
    apply=apply,
    show=show,
    options=PurchaseOptions,
    manners=PurchaseManners,
    sample=SAMPLE,
    staged=STAGED,
    reader=reader,
    refused_with=("given_ordinal", _("Line of the order")),
    order=40,
)
