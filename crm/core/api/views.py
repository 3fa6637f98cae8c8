"""What every resource of the API has in common."""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

from django.db.models import Model, QuerySet
from rest_framework import mixins, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from crm.core.access import Access
from crm.core.api.idempotency import idempotent
from crm.core.models import User

M = TypeVar("M", bound=Model)


class ReadResource(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[M]):
    """Rows the token's owner may see, by keyset. `resource` names the scope, `order` the sort column.

    `shared` rows belong to no customer: everybody sees all. A check refuses to start with a resource whose
    rows are neither shared nor know who may see them.
    """

    access = Access("token")
    resource: ClassVar[str]
    order: ClassVar[str] = "-id"
    shared: ClassVar[bool] = False
    lookup_value_regex = "[0-9]{1,18}"

    @property
    def person(self) -> User:
        """The staff member behind the token."""
        person = self.request.user
        assert isinstance(person, User)
        return person

    def rows(self) -> QuerySet[M]:
        """Everything there is, with what the serializer needs joined in."""
        raise NotImplementedError

    def get_queryset(self) -> QuerySet[M]:
        rows: Any = self.rows()
        if self.shared or getattr(self, "swagger_fake_view", False):
            return rows
        return rows.visible_to(self.person)


class WriteResource(ReadResource[M]):
    """Adds POST and PATCH, each one transaction, each safe to repeat with an Idempotency-Key."""

    http_method_names = ["get", "post", "patch", "head", "options"]

    @idempotent
    def create(self, request: Request) -> Response:
        return self.answer(self.saved(data=request.data), status=201)

    @idempotent
    def partial_update(self, request: Request, pk: str | None = None) -> Response:
        return self.answer(self.saved(self.get_object(), data=request.data, partial=True))

    def saved(self, *args: Any, **kwargs: Any) -> Any:
        serializer: BaseSerializer[Any] = self.get_serializer(*args, **kwargs)
        serializer.is_valid(raise_exception=True)
        return serializer.save()

    def read(self, shape: type[BaseSerializer[Any]]) -> dict[str, Any]:
        """What the request's body says, in the shape of an action of its own."""
        given = shape(data=self.request.data)
        given.is_valid(raise_exception=True)
        return dict(given.validated_data)

    def answer(self, row: Any, status: int = 200) -> Response:
        """The row as a reader would get it."""
        return Response(self.get_serializer(self.rows().get(pk=row.pk)).data, status=status)
