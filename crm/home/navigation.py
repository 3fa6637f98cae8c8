"""The first place of the navigation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.core.registry import NavItem

NAV = [NavItem(label=_("Today"), url_name="today", icon="home", permission="customers.read", order=0)]
