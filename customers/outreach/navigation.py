"""Where outreach's pages stand in the menus and under Settings."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.core.registry import NavItem, SettingsSection

NAV = [
    NavItem(
        label=_("Outbox"),
        url_name="outreach:outbox",
        icon="send",
        permission="messages.read",
        section="user",
        order=40,
    )
]

SETTINGS_SECTIONS = [
    SettingsSection(
        label=_("Touch rules"),
        description=_("How often, and at which hours, customers hear from us."),
        url_name="outreach:touch_rules",
        icon="bell-pause",
        order=60,
    )
]
