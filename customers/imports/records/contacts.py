"""People by external id, by mail address within their account, or by name where that leaves no doubt."""

from __future__ import annotations

from collections.abc import Collection

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from crm.core.importers import Importer, ImportField, ImportRun, Part, Report, Shown
from customers.forms.contacts import ZONES
from customers.imports import changes
from customers.imports.records.belonging import ACCOUNT_FIELDS, find_accounts
from customers.imports.upserting import Column, Match, Upsert, find, refuse, write
from customers.models import Contact, ContactRole, TimelineEntry

NO_ACCOUNT = gettext_noop("a new contact needs a customer")
NOBODY = gettext_noop("Neither a name nor a mail address")
ELSEWHERE = gettext_noop("This person belongs to another customer")
MANY_MAILS = gettext_noop("Several people at this customer have this mail address")
MANY_NAMES = gettext_noop("Several people at this customer have this name: a mail address is needed")

FIELDS = [
    ImportField(
        name="external_id",
        label=_("External id"),
        is_key=True,
        max_length=80,
        titles=("externalid", "contactid", "personid", "recordid"),
    ),
    *ACCOUNT_FIELDS,
    ImportField(name="first_name", label=_("First name"), max_length=80, titles=("firstname", "givenname")),
    ImportField(
        name="last_name", label=_("Last name"), max_length=80, titles=("lastname", "surname", "familyname")
    ),
    ImportField(
        name="full_name",
        label=_("Full name"),
        max_length=160,
        can_clear=False,
        titles=("fullname", "name", "contactname", "contact"),
    ),
    ImportField(
        name="email",
        label=_("Mail"),
        kind="email",
        titles=("email", "mail", "emailaddress", "mailaddress", "workemail"),
    ),
    ImportField(
        name="phone",
        label=_("Phone"),
        max_length=40,
        titles=("phone", "telephone", "phonenumber", "mobile", "mobilephone", "tel"),
    ),
    ImportField(
        name="job_title",
        label=_("Job title"),
        max_length=120,
        titles=("jobtitle", "title", "position", "function"),
    ),
    ImportField(
        name="roles",
        label=_("Roles"),
        kind="choices",
        choices=dict(ContactRole.choices),
        titles=("roles", "role", "buyingrole"),
    ),
    ImportField(
        name="language",
        label=_("Language"),
        kind="choice",
        can_clear=False,
        choices=dict(settings.LANGUAGES),
        titles=("language", "preferredlanguage", "locale"),
    ),
    ImportField(
        name="time_zone",
        label=_("Time zone"),
        kind="choice",
        choices={zone: zone for zone in ZONES},
        titles=("timezone",),
    ),
]
# A name in one piece: the last word is the last name.
FIRST = r"coalesce(s.first_name, nullif(regexp_replace(s.full_name, '\s*\S+$', ''), ''))"
LAST = r"coalesce(s.last_name, CASE WHEN s.first_name IS NULL THEN substring(s.full_name FROM '\S+$') END)"
HAS_NO_OTHER = "(s.external_id IS NULL OR t.external_id IS NULL)"
IS_ONLY_ROW = """NOT EXISTS (
    SELECT 1 FROM {staging} o WHERE o.account_id = s.account_id AND o.email = s.email AND o.line <> s.line
)"""
UPSERT = Upsert(
    model=Contact,
    columns=[
        Column("external_id", "s.external_id", "external_id"),
        Column("account_id", "s.account_id"),
        Column("first_name", f"left({FIRST}, 80)", "first_name"),
        Column("last_name", f"left({LAST}, 80)", "last_name"),
        Column("email", "s.email", "email"),
        Column("phone", "s.phone", "phone"),
        Column("job_title", "s.job_title", "job_title"),
        Column("roles", "s.roles::varchar(30)[]", "roles", empty="'{}'::varchar(30)[]"),
        Column("language", "s.language", "language"),
        Column("time_zone", "s.time_zone", "time_zone"),
    ],
    matches=[
        Match("external_id", "t.external_id = s.external_id", key="s.external_id"),
        Match(
            "email",
            "s.external_id IS NULL AND t.account_id = s.account_id AND lower(t.email) = s.email"
            " AND t.erased_at IS NULL",
            key="CASE WHEN s.external_id IS NULL THEN s.account_id || ' ' || s.email END",
            ambiguous=MANY_MAILS,
        ),
        # Somebody we wrote down without an id gets it; with a doubt, the file's is another one.
        Match(
            "email",
            "s.external_id IS NOT NULL AND t.external_id IS NULL AND t.account_id = s.account_id"
            f" AND lower(t.email) = s.email AND t.erased_at IS NULL AND {IS_ONLY_ROW}",
        ),
        Match(
            "full_name",
            "s.external_id IS NULL AND s.email IS NULL AND t.account_id = s.account_id"
            f" AND t.first_name = coalesce({FIRST}, '') AND t.last_name = coalesce({LAST}, '')"
            " AND t.erased_at IS NULL",
            key=f"CASE WHEN s.external_id IS NULL AND s.email IS NULL"
            f" THEN s.account_id || ' ' || concat_ws(' ', {FIRST}, {LAST}) END",
            ambiguous=MANY_NAMES,
        ),
    ],
    key="coalesce('#' || s.external_id, s.account_id || ' ' || coalesce(s.email,"
    f" concat_ws(' ', {FIRST}, {LAST})))",
)
NAMES = frozenset({"first_name", "last_name", "email"})
NO_WORDS = "coalesce(s.first_name, s.last_name, s.full_name, s.email) IS NULL"
ADDED = """
    SELECT s.account_id, s.met AS contact_id, 'customers.contact_added' AS kind
    FROM {staging} s WHERE s.reason IS NULL AND s.outcome = 'new'
"""


def apply(run: ImportRun) -> Report:
    """People the file names for the first time are added, others changed."""
    find_accounts(run)
    refuse(run, NOBODY, when=f"{NO_WORDS} AND s.external_id IS NULL")
    find(run, UPSERT)
    refuse(run, NO_ACCOUNT, when="s.met IS NULL AND s.account_id IS NULL", of_field="account_number")
    refuse(run, NOBODY, when=f"{NO_WORDS} AND {'true' if run.clears & NAMES else 's.met IS NULL'}")
    refuse(
        run,
        ELSEWHERE,
        when="EXISTS (SELECT 1 FROM customers_contact t WHERE t.id = s.met AND t.account_id <> s.account_id)",
    )
    added, changed = write(run, UPSERT)
    if not run.is_trial:
        changes.add(
            run.job,
            TimelineEntry,
            rows_of=ADDED.format(staging=run.table),
            columns=("account_id", "contact_id", "kind"),
            noted="false",
            actor_id=run.job.created_by_id,
        )
    return Report([Part(gettext_noop("Contacts"), added, changed)])


def show(ids: Collection[int]) -> dict[int, Shown]:
    found = Contact.objects.filter(pk__in=ids)
    return {one.pk: Shown(one.full_name, one.get_absolute_url()) for one in found}


IMPORTER = Importer(
    name="customers.contacts",
    label=_("Contacts"),
    description=_(
        "People at customers, known by external id, else by mail address or name at their customer."
    ),
    icon="users",
    fields=FIELDS,
    apply=apply,
    show=show,
    staged={"account_id": "bigint"},
    sample="Customer number,First name,Last name,Mail,Job title\n"
    "C-118,Ruth,Okafor,ruth@lincoln.example,Athletic director",
    order=20,
)
