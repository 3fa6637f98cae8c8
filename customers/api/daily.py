"""Interactions and tasks: the daily work."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from crm.core.api.idempotency import idempotent
from crm.core.api.views import WriteResource
from crm.core.api.visible import VisibleRelatedField
from crm.core.models import User
from customers.api.serializers import Actor
from customers.models import Account, Channel, Contact, Interaction, Mood, ProductLine, Task, TaskKind
from customers.services.interactions import log_interaction
from customers.services.tasks import create_task, finish_task, snooze_task


class InteractionSerializer(Actor, serializers.ModelSerializer[Interaction]):
    account = VisibleRelatedField(queryset=Account.objects.all())
    contacts = VisibleRelatedField(queryset=Contact.objects.all(), many=True, required=False)
    channel = serializers.ChoiceField(choices=Channel.choices)
    mood = serializers.ChoiceField(choices=Mood.choices, required=False, allow_blank=True)
    need_line = serializers.PrimaryKeyRelatedField(
        queryset=ProductLine.objects.all(), required=False, allow_null=True
    )

    class Meta:
        model = Interaction
        fields: ClassVar[list[str]] = [
            "id",
            "account",
            "contacts",
            "channel",
            "at",
            "minutes",
            "body",
            "outcome",
            "mood",
            "need_line",
            "author",
            "created_at",
        ]
        read_only_fields: ClassVar[list[str]] = ["author", "created_at"]

    def create(self, validated_data: dict[str, Any]) -> Interaction:
        return log_interaction(author=self.actor, **validated_data)


class InteractionViewSet(WriteResource[Interaction]):
    """What was said, newest first."""

    resource = "interactions"
    serializer_class = InteractionSerializer
    filterset_fields = ("account", "channel", "author")
    http_method_names = ["get", "post", "head", "options"]

    def rows(self) -> QuerySet[Interaction]:
        return Interaction.objects.prefetch_related("contacts")


class TaskSerializer(serializers.ModelSerializer[Task]):
    account = VisibleRelatedField(queryset=Account.objects.all())
    contact = VisibleRelatedField(queryset=Contact.objects.all(), required=False, allow_null=True)
    owner = serializers.PrimaryKeyRelatedField(
        queryset=User.objects.filter(is_active=True), required=False, allow_null=True
    )
    kind = serializers.ChoiceField(choices=TaskKind.choices, required=False)

    class Meta:
        model = Task
        fields: ClassVar[list[str]] = [
            "id",
            "account",
            "contact",
            "owner",
            "kind",
            "title",
            "why",
            "due_at",
            "is_urgent",
            "needs_outcome",
            "state",
            "outcome",
            "done_at",
            "done_by",
            "created_at",
        ]
        read_only_fields: ClassVar[list[str]] = ["state", "outcome", "done_at", "done_by", "created_at"]

    def create(self, validated_data: dict[str, Any]) -> Task:
        return create_task(**validated_data)


class DoneSerializer(serializers.Serializer[Any]):
    outcome = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class SnoozeSerializer(serializers.Serializer[Any]):
    until = serializers.DateTimeField()
    reason = serializers.CharField(max_length=200)


class TaskViewSet(WriteResource[Task]):
    resource = "tasks"
    serializer_class = TaskSerializer
    filterset_fields = ("account", "owner", "state", "kind")
    http_method_names = ["get", "post", "head", "options"]

    def rows(self) -> QuerySet[Task]:
        return Task.objects.all()

    @extend_schema(request=DoneSerializer, responses=TaskSerializer)
    @action(detail=True, methods=["post"])
    @idempotent
    def done(self, request: Request, pk: str | None = None) -> Response:
        given = self.read(DoneSerializer)
        return self.answer(finish_task(task=self.get_object(), by=self.person, **given))

    @extend_schema(request=SnoozeSerializer, responses=TaskSerializer)
    @action(detail=True, methods=["post"])
    @idempotent
    def snooze(self, request: Request, pk: str | None = None) -> Response:
        given = self.read(SnoozeSerializer)
        return self.answer(snooze_task(task=self.get_object(), by=self.person, **given))
