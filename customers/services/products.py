"""What we sell: products and the lines they belong to."""

from __future__ import annotations

from itertools import chain, count
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from customers.models import Product, ProductLine


@transaction.atomic
def create_product(**fields: Any) -> Product:
    """Add a product. Raises ValidationError."""
    return update_product(product=Product(), **fields)


@transaction.atomic
def update_product(*, product: Product, **fields: Any) -> Product:
    """Change a product; recorded purchases keep the price and cost they were made with."""
    for name, value in fields.items():
        setattr(product, name, value)
    product.full_clean()
    product.save()
    return product


@transaction.atomic
def create_product_line(*, name: str) -> ProductLine:
    """Add a product line. Raises ValidationError."""
    return rename_product_line(line=ProductLine(), name=name)


@transaction.atomic
def rename_product_line(*, line: ProductLine, name: str) -> ProductLine:
    """Give a line its name; its short name is made once and stays. Raises ValidationError."""
    line.name = name.strip()
    line.slug = line.slug or free_slug(line.name)
    line.full_clean()
    line.save()
    return line


def free_slug(name: str) -> str:
    base = slugify(name)[:50] or "line"
    taken = set(ProductLine.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    candidates = chain([base], (f"{base}-{number}" for number in count(2)))
    return next(slug for slug in candidates if slug not in taken)
