"""Accounts by customer number, or by their name where that leaves no doubt."""

from __future__ import annotations

from collections.abc import Collection

from django.db import IntegrityError
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from crm.core.importers import Importer, ImportField, ImportRun, Part, Report, Shown
from crm.core.jobs import JobRefused
from customers.imports import changes
from customers.imports.staging import execute, fetch
from customers.imports.upserting import Column, Match, Upsert, allot, find, refuse, write
from customers.models import Account, TimelineEntry
from customers.services import summaries

NO_NAME = gettext_noop("a new customer needs one")
NO_OWNER = gettext_noop("nobody of ours signs in with this address")
NO_PARENT = gettext_noop("no customer has this number")
OWN_PARENT = gettext_noop("a customer cannot be part of itself")
MANY = gettext_noop("Several customers have this name: the customer number is needed")

FIELDS = [
    ImportField(
        name="external_id",
        label=_("Customer number"),
        is_key=True,
        max_length=80,
        titles=(
            "customernumber",
            "customerid",
            "customerno",
            "accountnumber",
            "accountid",
            "externalid",
            "number",
        ),
    ),
    ImportField(
        name="name",
        label=_("Name"),
        can_clear=False,
        titles=("name", "accountname", "customername", "company", "companyname", "organization", "customer"),
    ),
    ImportField(
        name="kind",
        label=_("Kind"),
        kind="choice",
        can_clear=False,
        choices=dict(Account.Kind.choices),
        titles=("kind", "type", "accounttype"),
    ),
    ImportField(
        name="parent_number",
        label=_("Part of (customer number)"),
        is_key=True,
        max_length=80,
        titles=("partof", "parent", "parentid", "parentnumber", "parentaccountid", "parentcustomer"),
    ),
    ImportField(
        name="owner_mail",
        label=_("Owner (mail address)"),
        kind="email",
        titles=("owner", "owneremail", "ownermail", "accountowner", "accountmanager", "salesrep"),
    ),
    ImportField(name="industry", label=_("Industry"), max_length=80, titles=("industry", "sector", "branch")),
    ImportField(name="website", label=_("Website"), titles=("website", "web", "url", "homepage", "domain")),
    ImportField(
        name="phone", label=_("Phone"), max_length=40, titles=("phone", "telephone", "phonenumber", "tel")
    ),
    ImportField(
        name="street",
        label=_("Street"),
        titles=("street", "address", "billingstreet", "addressline1", "streetaddress"),
    ),
    ImportField(name="city", label=_("City"), max_length=120, titles=("city", "town", "billingcity")),
    ImportField(
        name="region",
        label=_("State or region"),
        max_length=120,
        titles=("region", "state", "stateprovince", "stateregion", "province", "billingstate"),
    ),
    ImportField(
        name="postal_code",
        label=_("Postal code"),
        max_length=20,
        titles=("postalcode", "zip", "zipcode", "postcode", "billingpostalcode", "plz"),
    ),
    ImportField(name="country", label=_("Country"), max_length=60, titles=("country", "billingcountry")),
    ImportField(
        name="customer_since",
        label=_("Customer since"),
        kind="day",
        titles=("customersince", "since", "createdate", "createddate", "created"),
    ),
    ImportField(
        name="acquisition_cost",
        label=_("Acquisition cost"),
        kind="number",
        least=0,
        titles=("acquisitioncost", "cac"),
    ),
    ImportField(
        name="about", label=_("About"), max_length=4000, titles=("about", "description", "notes", "comments")
    ),
]
WORDS = ("industry", "website", "phone", "street", "city", "region", "postal_code", "country", "about")
IS_ONLY_ROW = "NOT EXISTS (SELECT 1 FROM {staging} o WHERE o.name = s.name AND o.line <> s.line)"
UPSERT = Upsert(
    model=Account,
    columns=[
        Column("external_id", "s.external_id", "external_id"),
        Column("name", "s.name", "name"),
        Column("kind", "s.kind", "kind"),
        Column(
            "parent_id",
            "s.parent_id",
            "parent_number",
            empty="NULL",
            shown="(SELECT a.name FROM customers_account a WHERE a.id = {})",
        ),
        Column(
            "owner_id",
            "s.owner_id",
            "owner_mail",
            empty="NULL",
            shown="(SELECT u.email FROM core_user u WHERE u.id = {})",
        ),
        *(Column(name, f"s.{name}", name) for name in WORDS),
        Column("customer_since", "s.customer_since", "customer_since", empty="NULL"),
        Column("acquisition_cost", "s.acquisition_cost", "acquisition_cost", empty="NULL"),
    ],
    matches=[
        Match("external_id", "t.external_id = s.external_id", key="s.external_id"),
        Match(
            "name",
            "s.external_id IS NULL AND t.name = s.name",
            key="CASE WHEN s.external_id IS NULL THEN s.name END",
            ambiguous=MANY,
        ),
        # Somebody we wrote down without a number gets it; with a doubt, the file's is another one.
        Match(
            "name",
            f"t.external_id IS NULL AND s.external_id IS NOT NULL AND t.name = s.name AND {IS_ONLY_ROW}",
        ),
    ],
    key="coalesce('#' || s.external_id, s.name)",
)
FIND_OWNERS = """
    UPDATE {staging} s SET owner_id = u.id
    FROM core_user u WHERE lower(u.email) = s.owner_mail AND u.is_active
"""
# Parents may stand in the same file; those above them first or last.
FIND_PARENTS = """
    UPDATE {staging} s SET parent_id = f.id
    FROM (
        SELECT s.line, coalesce(t.id, p.met) AS id
        FROM {staging} s
        LEFT JOIN customers_account t ON t.external_id = s.parent_number
        LEFT JOIN {staging} p ON p.external_id = s.parent_number AND p.reason IS NULL
        WHERE s.parent_number IS NOT NULL AND s.reason IS NULL
    ) f
    WHERE f.line = s.line
"""
NEW = "SELECT met FROM {staging} WHERE reason IS NULL AND outcome = 'new'"
CREATED = "SELECT met AS account_id, 'customers.account_created' AS kind FROM ({new}) n"
NEW_OWNERS = """
    SELECT s.met AS account_id, 'customers.owner_changed' AS kind,
           jsonb_build_object('owner', s.owner_id) AS data
    FROM {staging} s WHERE s.reason IS NULL AND s.outcome = 'changed' AND s.after ? 'owner_mail'
"""


def apply(run: ImportRun) -> Report:
    """Accounts the file names for the first time are added, others changed."""
    names = {"staging": run.table}
    execute(FIND_OWNERS.format(**names))
    refuse(run, NO_OWNER, when="s.owner_mail IS NOT NULL AND s.owner_id IS NULL", of_field="owner_mail")
    refuse(run, OWN_PARENT, when="s.parent_number = s.external_id", of_field="parent_number")
    find(run, UPSERT)
    refuse(run, NO_NAME, when="s.met IS NULL AND s.name IS NULL", of_field="name")
    allot(run, UPSERT)
    find_parents(run)
    try:
        added, changed = write(run, UPSERT)
    except IntegrityError as error:
        if "account_tree" not in str(error) and "below itself" not in str(error):
            raise
        raise JobRefused(
            say("Customers of this file would stand below themselves, or more than 12 deep.")
        ) from error
    if not run.is_trial:
        tell(run)
    return Report([Part(gettext_noop("Customers"), added, changed)])


def find_parents(run: ImportRun) -> None:
    """Refuse whose parent is not there; and then those whose parent was refused for that."""
    refused = 1
    while refused:
        execute(FIND_PARENTS.format(staging=run.table))
        refused = refuse(
            run,
            NO_PARENT,
            when="s.parent_number IS NOT NULL AND s.parent_id IS NULL",
            of_field="parent_number",
        )


def tell(run: ImportRun) -> None:
    new = NEW.format(staging=run.table)
    summaries.refresh(row[0] for row in fetch(new))
    actor = run.job.created_by_id
    for rows, columns in (
        (CREATED.format(new=new), ("account_id", "kind")),
        (NEW_OWNERS.format(staging=run.table), ("account_id", "kind", "data")),
    ):
        changes.add(run.job, TimelineEntry, rows_of=rows, columns=columns, noted="false", actor_id=actor)


def show(ids: Collection[int]) -> dict[int, Shown]:
    found = Account.objects.filter(pk__in=ids)
    return {one.pk: Shown(one.name, one.get_absolute_url()) for one in found}


IMPORTER = Importer(
    name="customers.accounts",
    label=_("Customers"),
    description=_(
        "Companies, divisions and locations, known by customer number, else by a name of their own."
    ),
    icon="building",
    fields=FIELDS,
    apply=apply,
    show=show,
    staged={"owner_id": "bigint", "parent_id": "bigint"},
    sample="Customer number,Name,Part of,Owner,City\nC-118,Lincoln High,,anna@example.com,Springfield\n"
    "C-119,Lincoln High Gym,C-118,,Springfield",
    order=10,
)
