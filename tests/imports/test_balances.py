"""Points that customers bring along: once each, spendable at once, taken back by the opposite transfers."""

from __future__ import annotations

import datetime as dt

import pytest

from crm.core.events import drain
from customers.models import TimelineEntry
from loyalty import ledger
from loyalty.models import Lot, Member, Transfer
from tests.factories import create_account, create_user
from tests.imports.bringing import bring, check
from tests.imports.importing import checksums, parts, reasons
from tests.imports.taking_back import take_back

pytestmark = pytest.mark.django_db

WHAT = "loyalty.balances"
TABLES = (
    "loyalty_member",
    "loyalty_transfer",
    "loyalty_lot",
    "loyalty_allocation",
    "customers_timelineentry",
)
FILE = "Customer number,Points,Expire on\nC-118,1840,\nC-2,50,2099-12-31\n"


@pytest.fixture
def accounts():
    return create_account(name="Lincoln High", external_id="C-118"), create_account(external_id="C-2")


def balances() -> dict[str | None, tuple[int, int]]:
    return {member.account.external_id: (member.active, member.debt) for member in Member.objects.all()}


def drain_all() -> None:
    while drain():
        pass


def test_it_works(accounts):
    before = checksums(TABLES)
    checked = check(WHAT, FILE)
    assert checksums(TABLES) == before

    job = bring(WHAT, FILE)

    assert parts(job) == parts(checked) == {"Opening balances": (2, 0)}
    assert [figure["value"] for figure in job.report["figures"]] == [1890]
    assert balances() == {"C-118": (1840, 0), "C-2": (50, 0)}
    lot = Lot.objects.get(amount=50)
    assert (lot.remaining, lot.expires_at) == (50, dt.datetime(2100, 1, 1, tzinfo=dt.UTC))
    told = TimelineEntry.objects.get(kind="loyalty.points_brought", account=accounts[0])
    assert told.data == {"points": 1840}
    assert told.link == lot.member.program.members.get(account=accounts[0]).get_absolute_url()
    ledger.spend(idempotency_key="k", member=Member.objects.get(account=accounts[0]), points=1000)
    assert ledger.reconcile() == 0


def test_the_same_file_twice_gives_nothing(accounts):
    bring(WHAT, FILE)
    before = checksums(TABLES)
    job = bring(WHAT, FILE)
    assert checksums(TABLES) == before
    assert job.report["outcomes"] == {"same": 2}


def test_rows_that_cannot_be_taken(accounts):
    create_account(external_id="C-3", parent=accounts[0])
    bring(WHAT, FILE)
    job = bring(
        WHAT,
        "Customer number,Points,Expire on\n"
        "C-118,7,\n"
        "C-3,7,\n"
        "C-9,7,\n"
        "C-2,50,2001-01-01\n"
        "C-2,0,\n"
        "C-2,x,\n"
        "C-2,99999999999999999999,\n",
    )
    assert job.report["kept"] == 0
    assert sum(reasons(job).values()) == 7


def test_a_debt_is_paid_first(accounts):
    job = bring(WHAT, FILE)
    member = Member.objects.get(account=accounts[1])
    ledger.spend(idempotency_key="k", member=member, points=30)
    take_back(job)
    drain_all()
    assert balances() == {"C-118": (0, 0), "C-2": (0, 30)}

    bring(WHAT, FILE)

    assert balances() == {"C-118": (1840, 0), "C-2": (20, 0)}
    assert ledger.reconcile() == 0


def test_taken_back_by_the_opposite_and_brought_again(accounts):
    job = bring(WHAT, FILE)
    take_back(job)
    drain_all()
    assert balances() == {"C-118": (0, 0), "C-2": (0, 0)}
    grant = Transfer.objects.get(kind="open", amount=50)
    assert ledger.take_opening_back(transfer_id=grant.pk)[0].amount == 50
    assert Transfer.objects.filter(key=f"opening-back:{grant.pk}").count() == 1

    assert parts(bring(WHAT, FILE)) == {"Opening balances": (2, 0)}
    assert balances() == {"C-118": (1840, 0), "C-2": (50, 0)}


def test_points_given_by_hand_stay_beside_it(accounts):
    job = bring(WHAT, FILE)
    member = Member.objects.get(account=accounts[0])
    ledger.adjust(idempotency_key="a", member=member, points=5, reason="sorry", actor=create_user())
    take_back(job)
    drain_all()
    assert balances()["C-118"] == (5, 0)
