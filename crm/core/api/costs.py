"""Costs are business secrets: the API keeps them from all who may not see them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.fields import Field

from crm.core.api.permissions import holds

WORDS = _(
    "Only for tokens that may see costs: for others it is left out of answers, and refused in requests."
)


class WithCosts(serializers.Serializer[Any]):
    """Without its `cost_fields` for tokens that may not see costs; sending one is a 403."""

    cost_fields: ClassVar[tuple[str, ...]]

    def get_fields(self) -> dict[str, Field[Any, Any, Any, Any]]:
        fields = super().get_fields()
        for name in self.cost_fields:
            fields[name].help_text = WORDS
        return {name: field for name, field in fields.items() if name not in self.withheld}

    @property
    def withheld(self) -> tuple[str, ...]:
        """What this answer leaves out; the schema, made for nobody in particular, names everything."""
        if getattr(self.context.get("view"), "swagger_fake_view", False):
            return ()
        return () if holds(self.context["request"], "costs:view") else self.cost_fields

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping) and not data.keys().isdisjoint(self.withheld):
            raise PermissionDenied(_("This token may not set costs."))
        return super().to_internal_value(data)
