"""Where the ground floor's pages stand in the menus."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.core.registry import NavItem, SettingsSection

NAV = [
    NavItem(
        label=_("Profile"),
        url_name="profile",
        icon="user",
        permission="profile.write",
        section="user",
        order=10,
    ),
    NavItem(
        label=_("Password and second factor"),
        url_name="mfa_index",
        icon="shield-lock",
        permission="profile.write",
        section="user",
        order=20,
    ),
    NavItem(
        label=_("API tokens"),
        url_name="tokens",
        icon="key",
        permission="tokens.write",
        section="user",
        order=30,
    ),
    NavItem(
        label=_("Jobs"),
        url_name="jobs",
        icon="progress",
        permission="jobs.read",
        section="user",
        order=40,
    ),
    NavItem(
        label=_("Exports"),
        url_name="exports",
        icon="file-export",
        permission="exports.run",
        section="user",
        order=42,
    ),
    NavItem(
        label=_("Settings"),
        url_name="settings",
        icon="settings",
        permission="settings.write",
        section="user",
        order=60,
    ),
    NavItem(
        label=_("Undelivered"),
        url_name="deliveries",
        icon="mailbox-off",
        permission="operations.read",
        section="user",
        order=70,
    ),
    NavItem(
        label=_("Housekeeping"),
        url_name="housekeeping",
        icon="trash",
        permission="operations.read",
        section="user",
        order=75,
    ),
    NavItem(
        label=_("Audit"), url_name="audit", icon="history", permission="audit.read", section="user", order=80
    ),
]

SETTINGS = [
    SettingsSection(
        label=_("Brand"),
        description=_("Name, logo, colour and sender that customers see."),
        url_name="settings_brand",
        icon="palette",
        order=10,
    ),
    SettingsSection(
        label=_("Currency and working hours"),
        description=_("What money is counted in, and when “within eight hours” is over."),
        url_name="settings_hours",
        icon="clock-dollar",
        order=20,
    ),
    SettingsSection(
        label=_("People"),
        description=_("Who signs in, and in which role."),
        url_name="settings_people",
        icon="users",
        permission="people.write",
        order=30,
    ),
    SettingsSection(
        label=_("Teams"),
        description=_("Who looks after customers together, and who manages whom."),
        url_name="settings_teams",
        icon="users-group",
        permission="people.write",
        order=40,
    ),
    SettingsSection(
        label=_("Webhooks"),
        description=_("Programs elsewhere that are told when something happens here."),
        url_name="settings_webhooks",
        icon="webhook",
        order=90,
    ),
    SettingsSection(
        label=_("How long things are kept"),
        description=_("Days until finished jobs, files, clicks and the like are cleared away."),
        url_name="settings_retention",
        icon="trash",
        order=70,
    ),
]
