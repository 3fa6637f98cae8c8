"""Products by article number."""

from __future__ import annotations

from collections.abc import Collection

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from crm.core.importers import Importer, ImportField, ImportRun, Part, Report, Shown
from customers.imports.staging import execute
from customers.imports.upserting import Column, Match, Upsert, find, refuse, write
from customers.models import Product

NO_LINE = gettext_noop("there is no product line of this name")

FIELDS = [
    ImportField(
        name="sku",
        label=_("Article number"),
        needed=True,
        is_key=True,
        max_length=60,
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
        name="name",
        label=_("Name"),
        can_clear=False,
        titles=("name", "productname", "description", "product", "itemname", "title"),
    ),
    ImportField(
        name="line_name",
        label=_("Product line"),
        max_length=120,
        titles=("productline", "line", "family", "productfamily", "category", "group"),
    ),
    ImportField(
        name="price",
        label=_("List price"),
        kind="number",
        places=4,
        least=0,
        titles=("listprice", "price", "unitprice", "salesprice"),
    ),
    ImportField(
        name="cost",
        label=_("Unit cost"),
        kind="number",
        places=4,
        least=0,
        titles=("unitcost", "cost", "purchaseprice", "standardcost"),
    ),
    ImportField(
        name="is_active",
        label=_("On sale"),
        kind="flag",
        can_clear=False,
        titles=("onsale", "active", "isactive"),
    ),
]
UPSERT = Upsert(
    model=Product,
    columns=[
        Column("sku", "s.sku", "sku"),
        Column("name", "s.name", "name", otherwise="s.sku"),
        Column(
            "line_id",
            "s.line_id",
            "line_name",
            empty="NULL",
            shown="(SELECT l.name FROM customers_productline l WHERE l.id = {})",
        ),
        Column("price", "s.price", "price", empty="NULL"),
        Column("cost", "s.cost", "cost", empty="NULL"),
        Column("is_active", "s.is_active", "is_active"),
    ],
    matches=[Match("sku", "t.sku = s.sku", key="s.sku")],
    key="s.sku",
)
FIND_LINES = """
    UPDATE {staging} s SET line_id = l.id
    FROM customers_productline l WHERE lower(l.name) = lower(s.line_name)
"""


def apply(run: ImportRun) -> Report:
    """Products the file names for the first time are added, others changed."""
    execute(FIND_LINES.format(staging=run.table))
    refuse(run, NO_LINE, when="s.line_name IS NOT NULL AND s.line_id IS NULL", of_field="line_name")
    find(run, UPSERT)
    added, changed = write(run, UPSERT)
    return Report([Part(gettext_noop("Articles"), added, changed)])


def show(ids: Collection[int]) -> dict[int, Shown]:
    found = Product.objects.filter(pk__in=ids)
    return {one.pk: Shown(one.name, reverse("customers:product_edit", args=[one.pk])) for one in found}


IMPORTER = Importer(
    name="customers.products",
    label=_("Products"),
    description=_("Articles with their line, price and cost, known by article number."),
    icon="box",
    fields=FIELDS,
    apply=apply,
    show=show,
    staged={"line_id": "bigint"},
    sample="SKU,Name,Product line,List price,Unit cost\nBL-5,Bleacher 5 rows,Bleachers,1499.00,910.00\n"
    "PAD-2,Wall padding,Padding,89.50,41.20",
    order=30,
)
