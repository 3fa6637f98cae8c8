"""Shapes of accounts, contacts and products."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from crm.core.api.costs import WithCosts
from crm.core.api.visible import VisibleRelatedField
from crm.core.models import User
from customers.models import Account, Contact, ContactRole, Product, ProductLine
from customers.services.accounts import create_account, update_account
from customers.services.contacts import create_contact, update_contact
from customers.services.products import (
    create_product,
    create_product_line,
    rename_product_line,
    update_product,
)


class Actor(serializers.Serializer[Any]):
    """Serializers whose services are told who acts."""

    @property
    def actor(self) -> User:
        person = self.context["request"].user
        assert isinstance(person, User)
        return person


class AccountSerializer(Actor, WithCosts, serializers.ModelSerializer[Account]):
    cost_fields = ("acquisition_cost",)
    parent = VisibleRelatedField(  # type: ignore[assignment]  # DRF's base class has another `parent`
        queryset=Account.objects.all(), required=False, allow_null=True
    )
    kind = serializers.ChoiceField(choices=Account.Kind.choices, required=False)
    owner = serializers.PrimaryKeyRelatedField(
        queryset=User.objects.filter(is_active=True), required=False, allow_null=True
    )

    class Meta:
        model = Account
        fields: ClassVar[list[str]] = [
            "id",
            "name",
            "kind",
            "parent",
            "external_id",
            "industry",
            "website",
            "phone",
            "street",
            "city",
            "region",
            "postal_code",
            "country",
            "owner",
            "team",
            "acquisition_cost",
            "about",
            "customer_since",
            "created_at",
            "updated_at",
        ]
        read_only_fields: ClassVar[list[str]] = ["created_at", "updated_at"]

    def create(self, validated_data: dict[str, Any]) -> Account:
        if not self.actor.is_admin:
            validated_data.setdefault("owner", self.actor)
        return create_account(actor=self.actor, **validated_data)

    def update(self, instance: Account, validated_data: dict[str, Any]) -> Account:
        return update_account(account=instance, actor=self.actor, **validated_data)


class ContactSerializer(Actor, serializers.ModelSerializer[Contact]):
    account = VisibleRelatedField(queryset=Account.objects.all())
    roles = serializers.ListField(child=serializers.ChoiceField(choices=ContactRole.choices), required=False)

    class Meta:
        model = Contact
        fields: ClassVar[list[str]] = [
            "id",
            "account",
            "first_name",
            "last_name",
            "job_title",
            "email",
            "phone",
            "roles",
            "language",
            "time_zone",
            "external_id",
            "created_at",
            "updated_at",
        ]
        read_only_fields: ClassVar[list[str]] = ["created_at", "updated_at"]

    def create(self, validated_data: dict[str, Any]) -> Contact:
        return create_contact(actor=self.actor, **validated_data)

    def update(self, instance: Contact, validated_data: dict[str, Any]) -> Contact:
        return update_contact(contact=instance, actor=self.actor, **validated_data)


class ProductLineSerializer(serializers.ModelSerializer[ProductLine]):
    class Meta:
        model = ProductLine
        fields: ClassVar[list[str]] = ["id", "name", "slug"]
        read_only_fields: ClassVar[list[str]] = ["slug"]

    def create(self, validated_data: dict[str, Any]) -> ProductLine:
        return create_product_line(**validated_data)

    def update(self, instance: ProductLine, validated_data: dict[str, Any]) -> ProductLine:
        return rename_product_line(line=instance, name=validated_data.get("name", instance.name))


class ProductSerializer(WithCosts, serializers.ModelSerializer[Product]):
    cost_fields = ("cost",)

    class Meta:
        model = Product
        fields: ClassVar[list[str]] = ["id", "sku", "name", "line", "price", "cost", "is_active"]

    def create(self, validated_data: dict[str, Any]) -> Product:
        return create_product(**validated_data)

    def update(self, instance: Product, validated_data: dict[str, Any]) -> Product:
        return update_product(product=instance, **validated_data)
