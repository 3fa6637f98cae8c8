"""What templates ask about customers: looks, labels, and whether a button may be shown."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from crm.core.access import may
from crm.core.templatetags.ui import icon
from customers.looks import CHANNELS, MOODS, OTHER, STATUSES, TASKS
from customers.models import Account, Purchase, PurchaseStatus, Task
from customers.views.account_timeline import why_not

register = template.Library()
register.filter("may", may)
register.filter("why_not", why_not)


@register.simple_tag
def task_icon(task: Task) -> SafeString:
    """The kind of a task, red when it cannot wait."""
    look = TASKS.get(task.kind, OTHER)  # type: ignore[call-overload]
    return icon(look.icon, **{"class": f"text-tone-{'bad' if task.is_urgent else look.tone}"})


@register.simple_tag
def channel_icon(channel: str) -> SafeString:
    return icon(CHANNELS.get(channel, OTHER).icon)  # type: ignore[call-overload]


@register.simple_tag
def mood_icon(mood: str) -> SafeString:
    return icon(MOODS.get(mood, OTHER).icon)  # type: ignore[call-overload]


@register.simple_tag
def status_badge(purchase: Purchase) -> SafeString:
    """Where an order is, with its icon."""
    look = STATUSES[PurchaseStatus(purchase.status)]
    return format_html(
        '<span class="badge tone-{}">{}{}</span>', look.tone, icon(look.icon), purchase.status_label
    )


@register.filter
def kind_label(account: Account) -> str:
    """Company, division, department or location, in the reader's language."""
    return str(Account.Kind(account.kind).label)
