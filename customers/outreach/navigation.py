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
    ),
    SettingsSection(
        label=_("Clicks in mails"),
        description=_("Whether clicks are counted, and what tells a machine from a person."),
        url_name="outreach:click_rules",
        icon="click",
        order=61,
    ),
]
