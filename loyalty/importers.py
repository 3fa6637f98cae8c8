"""What files can bring into the ledger: the points that customers have from another system."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import islice

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from crm.core.importers import Importer, ImportField, ImportRun, Part, Report, Shown
from crm.core.models import Company
from customers.imports import changes
from customers.imports.records.belonging import ACCOUNT_FIELDS, find_accounts
from customers.imports.staging import execute, fetch
from customers.imports.upserting import refuse
from customers.models import TimelineEntry
from loyalty.ledger import Opening, open_balances, open_members
from loyalty.models import Member, Program, Transfer

SLICE = 10_000
NO_ACCOUNT = gettext_noop("a customer number or a name is needed")
TWICE = gettext_noop("Another line of the file has points for the same top customer")
ANOTHER = gettext_noop("An opening balance of another size was given before: correct it by hand")
PAST = gettext_noop("this day is over")

FIELDS = [
    *ACCOUNT_FIELDS,
    ImportField(
        name="points",
        label=_("Points"),
        kind="number",
        places=0,
        least=1,
        needed=True,
        titles=("points", "balance", "pointsbalance", "loyaltypoints"),
    ),
    ImportField(
        name="expires_on",
        label=_("Expire on"),
        kind="day",
        can_clear=False,
        titles=("expireon", "expireson", "expires", "expiry", "expirydate", "validuntil"),
    ),
]
FIND_TOPS = """
    UPDATE {staging} s SET top_id = a.id
    FROM customers_accountlink l JOIN customers_account a ON a.id = l.ancestor_id AND a.parent_id IS NULL
    WHERE s.reason IS NULL AND l.descendant_id = s.account_id
"""
REFUSE_TWICE = """
    UPDATE {staging} s SET reason = %(reason)s
    FROM (
        SELECT line, row_number() OVER (PARTITION BY top_id ORDER BY line) AS place
        FROM {staging} WHERE reason IS NULL
    ) f
    WHERE f.line = s.line AND f.place > 1
"""
TOPS = "SELECT top_id FROM {staging} WHERE reason IS NULL ORDER BY top_id"
FIND_MEMBERS = """
    UPDATE {staging} s SET met = m.id FROM loyalty_member m
    WHERE s.reason IS NULL AND m.account_id = s.top_id AND m.program_id = %(program)s
"""
FIND_OPENINGS = """
    UPDATE {staging} s SET given = t.amount, met_by = 'account_number'
    FROM loyalty_transfer t
    WHERE s.reason IS NULL AND t.member_id = s.met AND t.kind = 'open'
      AND NOT EXISTS (
          SELECT 1 FROM loyalty_transfer b
          WHERE b.program_id = t.program_id AND b.key = 'opening-back:' || t.id AND b.leg = 0
      )
"""
TELL = """
    UPDATE {staging} SET outcome = CASE WHEN given IS NULL THEN 'new' ELSE 'same' END WHERE reason IS NULL
"""
# The end of the day it expires on, as the company's clock has it.
NEW = """
    SELECT top_id, points::bigint, ((expires_on + 1)::timestamp AT TIME ZONE %(zone)s)
    FROM {staging} WHERE reason IS NULL AND outcome = 'new' ORDER BY top_id
"""

ENTRIES = """
    SELECT m.account_id, 'loyalty.points_brought' AS kind, t.at,
           %(before)s || m.id || %(after)s AS link,
           jsonb_build_object('points', t.amount) AS data, 'points-brought:' || t.id AS key
    FROM loyalty_transfer t JOIN loyalty_member m ON m.id = t.member_id
    WHERE t.id = ANY(%(transfers)s)
"""


def apply(run: ImportRun) -> Report:
    """Each top customer gets the points of the file once; a member that has them already keeps them."""
    program = Program.objects.main()
    find_accounts(run)
    refuse(run, NO_ACCOUNT, when="s.account_id IS NULL", of_field="account_number")
    refuse(run, PAST, when="s.expires_on < current_date", of_field="expires_on")
    execute(FIND_TOPS.format(staging=run.table))
    execute(REFUSE_TWICE.format(staging=run.table), {"reason": TWICE})
    open_members(program=program, account_ids=[row[0] for row in fetch(TOPS.format(staging=run.table))])
    execute(FIND_MEMBERS.format(staging=run.table), {"program": program.pk})
    execute(FIND_OPENINGS.format(staging=run.table))
    refuse(run, ANOTHER, when="s.given <> s.points", of_field="points")
    execute(TELL.format(staging=run.table))
    given, points = give(run, program)
    return Report(
        [Part(gettext_noop("Opening balances"), given)], figures={gettext_noop("Points given"): points}
    )


def give(run: ImportRun, program: Program) -> tuple[int, int]:
    """Post the new ones slice by slice and note each transfer; answers how many, and their points."""
    rows = fetch(NEW.format(staging=run.table), {"zone": str(Company.load().zone)})
    openings = iter([Opening(*row) for row in rows])
    given = points = 0
    while some := list(islice(openings, SLICE)):
        run.check_cancelled()
        note(run, open_balances(program=program, openings=some))
        given += len(some)
        points += sum(one.points for one in some)
    return given, points


def note(run: ImportRun, transfers: Sequence[int]) -> None:
    changes.note_added(
        run.job,
        Transfer,
        rows_of="SELECT id, NULL FROM unnest(%(transfers)s::bigint[]) AS id",
        params={"transfers": list(transfers)},
    )
    if run.is_trial:
        return
    before, after = reverse("loyalty:member", args=[0]).split("0")
    changes.add(
        run.job,
        TimelineEntry,
        rows_of=ENTRIES,
        columns=("account_id", "kind", "at", "link", "data", "key"),
        noted="false",
        params={"transfers": list(transfers), "before": before, "after": after},
    )


def show(ids: Collection[int]) -> dict[int, Shown]:
    found = Member.objects.filter(pk__in=ids).select_related("account")
    return {one.pk: Shown(one.account.name, one.get_absolute_url()) for one in found}


IMPORTERS = [
    Importer(
        name="loyalty.balances",
        label=_("Points balances"),
        description=_(
            "Points that customers bring along. They can be spent at once; each customer gets them once."
        ),
        icon="star",
        fields=FIELDS,
        apply=apply,
        show=show,
        staged={"account_id": "bigint", "top_id": "bigint", "given": "bigint"},
        sample="Customer number,Points,Expire on\nC-118,1840,2027-12-31",
        order=70,
    )
]
