"""Accounts, contacts and products."""

from __future__ import annotations

from typing import ClassVar

from django.db.models import QuerySet

from crm.core.api.views import WriteResource
from customers.api.serializers import (
    AccountSerializer,
    ContactSerializer,
    ProductLineSerializer,
    ProductSerializer,
)
from customers.models import Account, Contact, Product, ProductLine


class AccountViewSet(WriteResource[Account]):
    """Customers in their trees."""

    resource = "accounts"
    order = "id"
    serializer_class = AccountSerializer
    filterset_fields: ClassVar[tuple[str, ...]] = ("parent", "owner", "kind", "external_id")

    def rows(self) -> QuerySet[Account]:
        return Account.objects.active()


class ContactViewSet(WriteResource[Contact]):
    resource = "contacts"
    order = "id"
    serializer_class = ContactSerializer
    filterset_fields: ClassVar[tuple[str, ...]] = ("account", "email", "external_id")

    def rows(self) -> QuerySet[Contact]:
        return Contact.objects.active()


class ProductLineViewSet(WriteResource[ProductLine]):
    resource = "products"
    shared = True
    order = "id"
    serializer_class = ProductLineSerializer

    def rows(self) -> QuerySet[ProductLine]:
        return ProductLine.objects.order_by()


class ProductViewSet(WriteResource[Product]):
    resource = "products"
    shared = True
    order = "id"
    serializer_class = ProductSerializer
    filterset_fields: ClassVar[tuple[str, ...]] = ("line", "is_active", "sku")

    def rows(self) -> QuerySet[Product]:
        return Product.objects.all()
