"""What customers bought and what came back."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Round
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.addresses import address_of
from crm.core.audit import audited
from crm.core.text import Fold, trigram_index
from customers.models import names
from customers.models.accounts import Account
from customers.models.contacts import Contact
from customers.models.products import Product
from customers.models.searching import has_words
from customers.models.trees import END_OF_TIME, newest_below
from customers.models.visibility import CustomerQuerySet

SHOWN = ("number", "status", "ordered_at", "total", *names.of_account())


class PurchaseStatus(models.TextChoices):
    """In the order in which a purchase goes through them."""

    ORDERED = "ordered", _("Ordered")
    SHIPPED = "shipped", _("Shipped")
    DELIVERED = "delivered", _("Delivered")
    INSTALLED = "installed", _("Installed")


class PurchaseQuerySet(CustomerQuerySet["Purchase"]):
    def for_reading(self) -> Self:
        """With what a row shows."""
        return self.select_related("account").only(*SHOWN)

    def newest_of_tree(self, account_id: int, *, limit: int) -> Self:
        """The latest orders of an account and all below it, the newest first."""
        newest = newest_below(
            self.model, account_id, moment="ordered_at", before=(END_OF_TIME, 0), limit=limit
        )
        return self.filter(pk__in=newest).for_reading().order_by("-ordered_at", "-id")

    def matching(self, words: str) -> Self:
        """Orders by part of their number, with or without a leading #."""
        return self.alias(folded_number=Fold("number")).filter(
            has_words("folded_number", words.removeprefix("#"))
        )


class PurchaseLineQuerySet(CustomerQuerySet["PurchaseLine"]):
    account_path = "purchase__account"


class ReturnQuerySet(CustomerQuerySet["Return"]):
    pass


@audited()
class Purchase(models.Model):
    """An order of one account. `total` is the sum of its lines in the installation's currency."""

    account = models.ForeignKey(
        Account, verbose_name=_("account"), on_delete=models.CASCADE, related_name="purchases"
    )
    contact = models.ForeignKey(
        Contact,
        verbose_name=_("ordered by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="purchases",
    )
    number = models.CharField(_("order number"), max_length=60, unique=True)
    status = models.CharField(_("status"), max_length=12, default=PurchaseStatus.ORDERED)
    ordered_at = models.DateTimeField(_("ordered"), default=timezone.now)
    shipped_at = models.DateTimeField(_("shipped"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)
    installed_at = models.DateTimeField(_("installed"), null=True, blank=True)
    total = models.DecimalField(_("total"), max_digits=16, decimal_places=4, default=0)
    original_currency = models.CharField(max_length=3, blank=True)
    original_total = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    is_history = models.BooleanField(
        default=False, editable=False, help_text=_("Imported as history: no points, surveys or mails.")
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = PurchaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=PurchaseStatus.values), name="purchase_status_known"
            ),
            models.CheckConstraint(
                condition=~Q(status="delivered") | Q(delivered_at__isnull=False),
                name="purchase_delivered_has_date",
            ),
            models.CheckConstraint(
                condition=~Q(status="installed") | Q(installed_at__isnull=False),
                name="purchase_installed_has_date",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-ordered_at", "-id"], name="purchase_by_account"),
            models.Index(fields=["-ordered_at", "-id"], name="purchase_by_date"),
            trigram_index(Fold("number"), "purchase_number_words"),
        ]

    def __str__(self) -> str:
        return f"#{self.number}"

    def get_absolute_url(self) -> str:
        return address_of("customers:purchase", self.pk)

    @property
    def status_label(self) -> str:
        return str(PurchaseStatus(self.status).label)

    @property
    def reached_at(self) -> dt.datetime:
        """When it came to where it is now."""
        at = {
            PurchaseStatus.SHIPPED: self.shipped_at,
            PurchaseStatus.DELIVERED: self.delivered_at,
            PurchaseStatus.INSTALLED: self.installed_at,
        }.get(PurchaseStatus(self.status))
        return at or self.ordered_at


class Line(models.Model):
    """A quantity of something at a price. Imports may carry words where no product is known."""

    ordinal = models.PositiveIntegerField()
    description = models.CharField(_("description"), max_length=300, blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3, default=Decimal(1))
    unit_price = models.DecimalField(_("unit price"), max_digits=14, decimal_places=4)
    amount = models.GeneratedField(
        expression=Round(F("quantity") * F("unit_price"), precision=4),
        output_field=models.DecimalField(max_digits=20, decimal_places=4),
        db_persist=True,
    )

    class Meta:
        abstract = True

    @property
    def label(self) -> str:
        product = getattr(self, "product", None)
        return product.name if product else self.description


class PurchaseLine(Line):
    purchase = models.ForeignKey(Purchase, on_delete=models.CASCADE, related_name="lines", db_index=False)
    product = models.ForeignKey(
        Product, verbose_name=_("product"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    unit_cost = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)

    objects = PurchaseLineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["purchase", "ordinal"], name="purchase_line_ordinal"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="purchase_line_quantity_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity.normalize():f} × {self.label}"


@audited()
class Return(models.Model):
    """Something that came back, in part or in full; old systems may not say which purchase it belongs to."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="returns")
    purchase = models.ForeignKey(
        Purchase,
        verbose_name=_("purchase"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="returns",
    )
    number = models.CharField(_("return number"), max_length=60, unique=True)
    returned_at = models.DateTimeField(_("returned"), default=timezone.now)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    total = models.DecimalField(_("total"), max_digits=16, decimal_places=4, default=0)
    is_history = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ReturnQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["account", "-returned_at", "-id"], name="return_by_account")]

    def __str__(self) -> str:
        return f"Return {self.number}"


class ReturnLine(Line):
    return_of = models.ForeignKey(Return, on_delete=models.CASCADE, related_name="lines", db_index=False)
    purchase_line = models.ForeignKey(
        PurchaseLine, null=True, blank=True, on_delete=models.SET_NULL, related_name="returned"
    )
    product = models.ForeignKey(Product, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["return_of", "ordinal"], name="return_line_ordinal"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="return_line_quantity_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity.normalize():f} × {self.label}"
