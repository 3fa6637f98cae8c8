"""The touch rules as an admin sets them."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from customers.outreach.models import TouchRules


@transaction.atomic
def change_touch_rules(**fields: Any) -> TouchRules:
    """Change the given fields of the one row. Raises ValidationError."""
    TouchRules.load()
    rules = TouchRules.objects.select_for_update(no_key=True).get(pk=1)
    for name, value in fields.items():
        setattr(rules, name, value)
    rules.full_clean()
    rules.save()
    return rules
