"""What we sell."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.core.audit import audited


@audited()
class ProductLine(models.Model):
    """A family of products, the unit of whitespace and of needs spotted."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    slug = models.SlugField(_("short name"), max_length=60, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


@audited()
class Product(models.Model):
    """Something we sell, with what it costs us (None: unknown, the default margin applies)."""

    sku = models.CharField(_("article number"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=200)
    line = models.ForeignKey(
        ProductLine,
        verbose_name=_("product line"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="products",
    )
    price = models.DecimalField(_("list price"), max_digits=14, decimal_places=4, null=True, blank=True)
    cost = models.DecimalField(_("unit cost"), max_digits=14, decimal_places=4, null=True, blank=True)
    is_active = models.BooleanField(_("on sale"), default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(cost__gte=0), name="product_cost_not_negative"),
            models.CheckConstraint(condition=Q(price__gte=0), name="product_price_not_negative"),
        ]
        indexes = [models.Index("name", "id", name="product_by_name")]

    def __str__(self) -> str:
        return self.name
