"""What was said and done with customers before, from another system: history, of which nobody is told now."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from crm.core.importers import Importer, ImportField, ImportRun, Part, Report, Shown
from customers.imports import changes
from customers.imports.records.belonging import ACCOUNT_FIELDS, find_accounts
from customers.imports.staging import execute, fetch
from customers.imports.upserting import Column, Match, Upsert, find, refuse, write
from customers.models import Channel, Interaction, InteractionContact, Mood, TimelineEntry
from customers.services import summaries

NO_ACCOUNT = gettext_noop("a customer number or a name is needed")
NOBODY = gettext_noop("nobody at this customer has this mail address, or several have it")
FUTURE = gettext_noop("it lies in the future")
TOO_LONG = gettext_noop("more than a day has")
MINUTES_OF_A_DAY = 1440

FIELDS = [
    *ACCOUNT_FIELDS,
    ImportField(
        name="email",
        label=_("Contact's mail"),
        kind="email",
        can_clear=False,
        titles=("contactmail", "contactemail", "email", "mail", "emailaddress"),
    ),
    ImportField(
        name="at",
        label=_("When"),
        kind="moment",
        needed=True,
        titles=("when", "date", "datetime", "activitydate", "createdat", "timestamp"),
    ),
    ImportField(
        name="channel",
        label=_("Channel"),
        kind="choice",
        can_clear=False,
        choices=dict(Channel.choices),
        titles=("channel", "type", "kind", "activitytype"),
    ),
    ImportField(
        name="body",
        label=_("What happened"),
        needed=True,
        max_length=20_000,
        titles=("whathappened", "body", "notes", "note", "description", "text", "comment", "summary"),
    ),
    ImportField(
        name="result", label=_("Outcome"), max_length=200, titles=("outcome", "result"), can_clear=False
    ),
    ImportField(
        name="mood",
        label=_("Mood"),
        kind="choice",
        can_clear=False,
        choices=dict(Mood.choices),
        titles=("mood", "sentiment"),
    ),
    ImportField(
        name="minutes",
        label=_("Minutes"),
        kind="number",
        places=0,
        least=0,
        can_clear=False,
        titles=("minutes", "duration", "durationminutes"),
    ),
    ImportField(
        name="author",
        label=_("Written by (mail)"),
        kind="email",
        can_clear=False,
        titles=("writtenby", "author", "user", "owner", "createdby"),
    ),
]
CHANNEL = f"coalesce(s.channel, '{Channel.CALL}')"
UPSERT = Upsert(
    model=Interaction,
    columns=[
        Column("account_id", "s.account_id"),
        Column("at", "s.at", "at"),
        Column("channel", CHANNEL, "channel"),
        Column("body", "s.body", "body"),
        Column("outcome", "s.result", "result"),
        Column("mood", "s.mood", "mood"),
        Column("minutes", "s.minutes::smallint", "minutes"),
        Column("author_id", "s.author_id", "author"),
    ],
    matches=[
        Match(
            "body",
            f"t.account_id = s.account_id AND t.at = s.at AND t.channel = {CHANNEL} AND t.body = s.body",
            key=f"s.account_id || ' ' || s.at || ' ' || {CHANNEL} || ' ' || s.body",
        )
    ],
    key=f"s.account_id || ' ' || extract(epoch FROM s.at) || ' ' || {CHANNEL} || ' ' || s.body",
)
FIND_CONTACTS = """
    UPDATE {staging} s SET contact_id = f.id
    FROM (
        SELECT n.account_id, n.email, min(c.id) AS id
        FROM (SELECT DISTINCT account_id, email FROM {staging} WHERE email IS NOT NULL) n
        JOIN customers_contact c
          ON c.account_id = n.account_id AND lower(c.email) = n.email AND c.erased_at IS NULL
        GROUP BY 1, 2 HAVING count(*) = 1
    ) f
    WHERE s.account_id = f.account_id AND s.email = f.email
"""
# Whoever has left is no longer here: what they wrote stays without a name.
FIND_AUTHORS = """
    UPDATE {staging} s SET author_id = u.id FROM core_user u WHERE lower(u.email) = s.author
"""
PEOPLE = """
    SELECT s.met AS interaction_id, s.contact_id FROM {staging} s
    WHERE s.reason IS NULL AND s.outcome = 'new' AND s.contact_id IS NOT NULL
"""
ENTRIES = """
    SELECT i.account_id, s.contact_id, i.author_id AS actor_id, 'customers.interaction' AS kind, i.at,
           'interaction:' || i.id AS key,
           jsonb_build_object(
               'interaction', i.id, 'channel', i.channel, 'mood', i.mood, 'minutes', i.minutes,
               'people', (s.contact_id IS NOT NULL)::int, 'need', ''
           ) AS data
    FROM {staging} s JOIN customers_interaction i ON i.id = s.met
    WHERE s.reason IS NULL AND s.outcome = 'new'
"""
WORDS = """
    INSERT INTO customers_timelinewords (entry_id, text)
    SELECT t.id, s.body
    FROM {staging} s JOIN customers_timelineentry t ON t.key = 'interaction:' || s.met
    WHERE s.reason IS NULL AND s.outcome = 'new'
"""
TOUCHED = "SELECT DISTINCT account_id FROM {staging} WHERE reason IS NULL AND outcome = 'new'"


def apply(run: ImportRun) -> Report:
    """Everything the file tells for the first time is added, as history."""
    find_accounts(run)
    for statement in (FIND_CONTACTS, FIND_AUTHORS):
        execute(statement.format(staging=run.table))
    refuse(run, NO_ACCOUNT, when="s.account_id IS NULL", of_field="account_number")
    refuse(run, NOBODY, when="s.email IS NOT NULL AND s.contact_id IS NULL", of_field="email")
    refuse(run, FUTURE, when="s.at > now()", of_field="at")
    refuse(run, TOO_LONG, when=f"s.minutes > {MINUTES_OF_A_DAY}", of_field="minutes")
    find(run, UPSERT)
    added, changed = write(run, UPSERT)
    if not run.is_trial:
        tell(run)
    return Report([Part(gettext_noop("Interactions"), added, changed)])


def tell(run: ImportRun) -> None:
    """With whom it was, on timelines with its words, and in the figures of customers."""
    people = PEOPLE.format(staging=run.table)
    changes.add(
        run.job, InteractionContact, rows_of=people, columns=("interaction_id", "contact_id"), noted="false"
    )
    changes.add(
        run.job,
        TimelineEntry,
        rows_of=ENTRIES.format(staging=run.table),
        columns=("account_id", "contact_id", "actor_id", "kind", "at", "key", "data"),
        noted="false",
    )
    execute(WORDS.format(staging=run.table))
    summaries.refresh(row[0] for row in fetch(TOUCHED.format(staging=run.table)))


def show(ids: Collection[int]) -> dict[int, Shown]:
    found = Interaction.objects.filter(pk__in=ids).select_related("account")
    return {
        one.pk: Shown(f"{one.account.name}, {one.at:%Y-%m-%d}", one.account.get_absolute_url())
        for one in found
    }


IMPORTER = Importer(
    name="customers.interactions",
    label=_("Interactions"),
    description=_("Calls, mails, meetings and notes from before. They become history: no task, no event."),
    icon="messages",
    fields=FIELDS,
    apply=apply,
    show=show,
    staged={"account_id": "bigint", "contact_id": "bigint", "author_id": "bigint"},
    sample="Customer number,Contact's mail,When,Channel,What happened\n"
    "C-118,ruth@lincoln.example,2025-11-03 14:30,Call,Asked about padding for the new gym",
    order=50,
)
