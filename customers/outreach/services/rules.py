"""The rules of outreach as an admin sets them."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from customers.outreach.models import ClickRules, Content, TouchRules


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


@transaction.atomic
def change_click_rules(**fields: Any) -> ClickRules:
    """Change the given fields of the one row. Raises ValidationError."""
    ClickRules.load()
    rules = ClickRules.objects.select_for_update(no_key=True).get(pk=1)
    for name, value in fields.items():
        setattr(rules, name, value)
    rules.full_clean()
    rules.save()
    return rules


def switch_clicks(*, content: Content, count: bool) -> None:
    """Count clicks in the mails of a content, or don't. Links that were sent go on leading where they led."""
    content.count_clicks = count
    content.save(update_fields=["count_clicks"])
