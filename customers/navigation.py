"""Where the customers app is found."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.core.registry import NavItem, SettingsSection

NAV = [
    NavItem(
        label=_("Customers"),
        url_name="customers:accounts",
        icon="building",
        permission="customers.read",
        order=10,
    ),
    NavItem(
        label=_("Tasks"),
        url_name="customers:tasks",
        icon="checkbox",
        permission="customers.read",
        section="user",
        order=10,
    ),
    NavItem(
        label=_("Imports"),
        url_name="imports:choose",
        icon="database-import",
        permission="imports.run",
        section="user",
        order=41,
    ),
]
SETTINGS_SECTIONS = [
    SettingsSection(
        label=_("Products"),
        description=_("What you sell, at which price and cost."),
        url_name="customers:products",
        icon="box",
        permission="products.write",
        order=30,
    ),
    SettingsSection(
        label=_("Product lines"),
        description=_("Families of products: the unit of needs spotted and of whitespace."),
        url_name="customers:product_lines",
        icon="category",
        permission="products.write",
        order=31,
    ),
    SettingsSection(
        label=_("Privacy requests"),
        description=_("A copy of a person's data, or forgetting them, by mail address."),
        url_name="customers:privacy_requests",
        icon="user-x",
        permission="privacy.write",
        order=61,
    ),
]
