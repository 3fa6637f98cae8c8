"""What templates ask about customers: looks, labels, and whether a button may be shown."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any
from urllib.parse import quote

from django import template
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from crm.core.access import may
from crm.core.registry import Panel, TodayCard
from crm.core.templatetags.ui import icon
from customers.looks import CHANNELS, MOODS, OTHER, STATUSES, TASKS
from customers.models import Channel, Interaction, Message, Purchase, PurchaseStatus, Task, Topic
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


@register.simple_tag(takes_context=True)
def card(context: Context, shown: Panel | TodayCard, found: Mapping[str, Any]) -> SafeString:
    """A card that an app registered, with what it found; it also sees what the screen knows."""
    with context.push(panel=shown, card=shown, **found):
        return context.template.engine.get_template(shown.template).render(context)  # type: ignore[union-attr]


@register.simple_tag
def cell_filter(base: str, value: Any, label: Any) -> SafeString:
    """What stands in a cell as a link that narrows the list to it; nothing where there is nothing."""
    if not value:
        return SafeString("")
    return SafeString(
        f'<a class="cell-filter" href="{escape(base)}{quote(str(value), safe="")}">{escape(str(label))}</a>'
    )


@register.filter
def state_label(message: Message) -> str:
    return str(Message.State(message.state).label)


@register.filter
def channel_label(interaction: Interaction) -> str:
    return str(dict(Channel.choices).get(interaction.channel, interaction.channel))


@register.filter
def basis_label(topic: Topic) -> str:
    """What we may do about a topic as long as nobody said yes or no."""
    return str(Topic.Basis(topic.basis).label)
