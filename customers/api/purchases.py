"""Purchases, their way to the customer, and what came back."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from crm.core.api.costs import WithCosts
from crm.core.api.idempotency import idempotent
from crm.core.api.views import WriteResource
from crm.core.api.visible import VisibleFilterSet, VisibleRelatedField
from customers.api.serializers import Actor
from customers.models import (
    Account,
    Contact,
    Product,
    Purchase,
    PurchaseLine,
    PurchaseStatus,
    Return,
    ReturnLine,
)
from customers.services.purchases import LineInput, change_status, record_purchase
from customers.services.returns import ReturnLineInput, record_return


class PurchaseLineSerializer(WithCosts, serializers.ModelSerializer[PurchaseLine]):
    cost_fields = ("unit_cost",)
    product = serializers.PrimaryKeyRelatedField(
        queryset=Product.objects.all(), required=False, allow_null=True, default=None
    )
    amount = serializers.DecimalField(max_digits=20, decimal_places=4, read_only=True)

    class Meta:
        model = PurchaseLine
        fields: ClassVar[list[str]] = [
            "id",
            "product",
            "description",
            "quantity",
            "unit_price",
            "unit_cost",
            "amount",
        ]
        extra_kwargs: ClassVar[dict[str, dict[str, bool]]] = {"quantity": {"required": True}}


class PurchaseSerializer(Actor, serializers.ModelSerializer[Purchase]):
    account = VisibleRelatedField(queryset=Account.objects.all())
    contact = VisibleRelatedField(queryset=Contact.objects.all(), required=False, allow_null=True)
    number = serializers.CharField(max_length=60, required=False, allow_blank=True)
    lines = PurchaseLineSerializer(many=True, allow_empty=False)

    class Meta:
        model = Purchase
        fields: ClassVar[list[str]] = [
            "id",
            "account",
            "contact",
            "number",
            "status",
            "ordered_at",
            "shipped_at",
            "delivered_at",
            "installed_at",
            "total",
            "original_currency",
            "original_total",
            "lines",
        ]
        read_only_fields: ClassVar[list[str]] = [
            "status",
            "shipped_at",
            "delivered_at",
            "installed_at",
            "total",
        ]

    def create(self, validated_data: dict[str, Any]) -> Purchase:
        lines = [LineInput(**line) for line in validated_data.pop("lines")]
        return record_purchase(actor=self.actor, lines=lines, **validated_data)


class StatusSerializer(serializers.Serializer[Any]):
    """A step forward: shipped, delivered or installed, now or at a given moment."""

    status = serializers.ChoiceField(choices=PurchaseStatus.choices[1:])
    at = serializers.DateTimeField(required=False)


class PurchaseFilter(VisibleFilterSet):
    class Meta:
        model = Purchase
        fields: ClassVar[dict[str, list[str]]] = {
            "account": ["exact"],
            "status": ["exact"],
            "number": ["exact"],
            "ordered_at": ["gte", "lt"],
        }


class PurchaseViewSet(WriteResource[Purchase]):
    """Orders. They are recorded once and then move forward; what came back is a return."""

    resource = "purchases"
    serializer_class = PurchaseSerializer
    filterset_class = PurchaseFilter
    http_method_names = ["get", "post", "head", "options"]

    def rows(self) -> QuerySet[Purchase]:
        return Purchase.objects.prefetch_related("lines")

    @extend_schema(request=StatusSerializer, responses=PurchaseSerializer)
    @action(detail=True, methods=["post"])
    @idempotent
    def status(self, request: Request, pk: str | None = None) -> Response:
        step = self.read(StatusSerializer)
        purchase = change_status(purchase=self.get_object(), actor=self.person, **step)
        return self.answer(purchase)


class ReturnLineSerializer(serializers.ModelSerializer[ReturnLine]):
    purchase_line = VisibleRelatedField(
        queryset=PurchaseLine.objects.all(), required=False, allow_null=True, default=None
    )
    product = serializers.PrimaryKeyRelatedField(
        queryset=Product.objects.all(), required=False, allow_null=True, default=None
    )
    unit_price = serializers.DecimalField(
        max_digits=14, decimal_places=4, min_value=0, required=False, allow_null=True, default=None
    )
    amount = serializers.DecimalField(max_digits=20, decimal_places=4, read_only=True)

    class Meta:
        model = ReturnLine
        fields: ClassVar[list[str]] = [
            "purchase_line",
            "product",
            "description",
            "quantity",
            "unit_price",
            "amount",
        ]
        extra_kwargs: ClassVar[dict[str, dict[str, bool]]] = {"quantity": {"required": True}}


class ReturnSerializer(Actor, serializers.ModelSerializer[Return]):
    account = VisibleRelatedField(queryset=Account.objects.all())
    purchase = VisibleRelatedField(queryset=Purchase.objects.all(), required=False, allow_null=True)
    number = serializers.CharField(max_length=60, required=False, allow_blank=True)
    lines = ReturnLineSerializer(many=True, allow_empty=False)

    class Meta:
        model = Return
        fields: ClassVar[list[str]] = [
            "id",
            "account",
            "purchase",
            "number",
            "returned_at",
            "reason",
            "total",
            "lines",
        ]
        read_only_fields: ClassVar[list[str]] = ["total"]

    def create(self, validated_data: dict[str, Any]) -> Return:
        lines = [ReturnLineInput(**line) for line in validated_data.pop("lines")]
        return record_return(actor=self.actor, lines=lines, **validated_data)


class ReturnViewSet(WriteResource[Return]):
    resource = "purchases"
    serializer_class = ReturnSerializer
    filterset_fields = ("account", "purchase")
    http_method_names = ["get", "post", "head", "options"]

    def rows(self) -> QuerySet[Return]:
        return Return.objects.prefetch_related("lines")
