"""What files can bring into the customers app."""

from __future__ import annotations

from customers.imports.purchases.importer import IMPORTER as PURCHASES
from customers.imports.records.accounts import IMPORTER as ACCOUNTS
from customers.imports.records.contacts import IMPORTER as CONTACTS
from customers.imports.records.interactions import IMPORTER as INTERACTIONS
from customers.imports.records.products import IMPORTER as PRODUCTS

IMPORTERS = [ACCOUNTS, CONTACTS, PRODUCTS, PURCHASES, INTERACTIONS]
