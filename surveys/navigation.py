"""Where surveys are found: the navigation, Settings and the Ctrl+K palette."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.core.access import may
from crm.core.models import User
from crm.core.registry import Hit, NavItem, PaletteSource, SettingsSection
from surveys.models import Survey


def find_surveys(user: User, words: str, limit: int) -> list[Hit]:
    if not may(user, "programs.read"):
        return []
    return [
        Hit(
            label=survey.name,
            detail=str(survey.state_label),
            url=survey.get_absolute_url(),
            icon="message-question",
        )
        for survey in Survey.objects.named(words)[:limit]
    ]


NAV = [
    NavItem(
        label=_("Surveys"),
        url_name="surveys:list",
        icon="message-question",
        permission="programs.read",
        order=30,
    )
]
SETTINGS_SECTIONS = [
    SettingsSection(
        label=_("Survey rules"),
        description=_("When an answer counts, and what looks like a machine"),
        url_name="surveys:rules",
        icon="shield-check",
        order=60,
    )
]
PALETTE = [PaletteSource(name="surveys", label=_("Surveys"), find=find_surveys, order=40)]
