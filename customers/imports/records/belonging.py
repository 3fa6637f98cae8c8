"""Which account a row belongs to: by customer number, else by its name where only one has it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from crm.core.importers import ImportField, ImportRun
from customers.imports.staging import execute
from customers.imports.upserting import refuse

NO_NUMBER = gettext_noop("no customer has this number")
NO_NAME = gettext_noop("no customer has this name, or several have it")

ACCOUNT_FIELDS = [
    ImportField(
        name="account_number",
        label=_("Customer number"),
        is_key=True,
        max_length=80,
        titles=("customernumber", "customerid", "customerno", "accountnumber", "accountid", "companyid"),
    ),
    ImportField(
        name="account_name",
        label=_("Customer name"),
        can_clear=False,
        titles=(
            "customername",
            "accountname",
            "account",
            "company",
            "companyname",
            "organization",
            "customer",
        ),
    ),
]
BY_NUMBER = """
    UPDATE {staging} s SET account_id = a.id FROM customers_account a
    WHERE s.reason IS NULL AND a.external_id = s.account_number
"""
BY_NAME = """
    UPDATE {staging} s SET account_id = f.id
    FROM (
        SELECT n.account_name, min(a.id) AS id
        FROM (
            SELECT DISTINCT account_name FROM {staging}
            WHERE reason IS NULL AND account_number IS NULL AND account_name IS NOT NULL
        ) n JOIN customers_account a ON a.name = n.account_name
        GROUP BY 1 HAVING count(*) = 1
    ) f
    WHERE s.reason IS NULL AND s.account_number IS NULL AND s.account_name = f.account_name
"""


def find_accounts(run: ImportRun) -> None:
    """Fill the staged column `account_id`, and refuse rows that name an account we cannot tell."""
    for statement in (BY_NUMBER, BY_NAME):
        execute(statement.format(staging=run.table))
    for name, reason in (("account_number", NO_NUMBER), ("account_name", NO_NAME)):
        named = f"s.{name} IS NOT NULL AND s.account_id IS NULL"
        refuse(run, reason, when=named, of_field=name)
