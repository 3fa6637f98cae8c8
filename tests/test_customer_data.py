"""Every model with customer data says how it is merged, exported and erased; one that doesn't fails here."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db.models import Model
from pghistory.models import Event as AuditRow

from crm.core.registry import registry

OURS = {"customers", "surveys", "loyalty", "campaigns"}


def models_with_customer_data() -> set[str]:
    """Accounts, contacts, and every model of ours that points at one, however far away."""
    found: set[type[Model]] = {apps.get_model("customers.Account"), apps.get_model("customers.Contact")}
    candidates = [
        model
        for model in apps.get_models()
        if model._meta.app_label in OURS and not issubclass(model, AuditRow)
    ]
    while True:
        more = {
            model
            for model in candidates
            if model not in found
            and any(field.is_relation and field.related_model in found for field in model._meta.fields)
        }
        if not more:
            return {model._meta.label for model in found}
        found |= more


def test_every_model_with_customer_data_has_handlers():
    assert models_with_customer_data() - set(registry.customer_data) == set()


@pytest.mark.parametrize("label", sorted(registry.customer_data))
def test_paths_and_fields_exist(label):
    handler = registry.customer_data[label]
    model = apps.get_model(label)
    rows = model._default_manager.all()

    if handler.contact:
        str(rows.filter(**{handler.contact: 1}).query)
    if handler.account:
        str(rows.filter(**{handler.account: 1}).query)
    str(rows.values("pk", *handler.export).query)
    erased = handler.erase if not isinstance(handler.erase, str) else {}
    for name in erased:
        model._meta.get_field(name)
