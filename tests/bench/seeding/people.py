"""Who is there: staff, accounts with their trees, contacts."""

from __future__ import annotations

from crm.core.models import Role, User
from customers.models import Account, AccountLink, Contact, ContactTouch
from tests.bench.filling import fill
from tests.bench.seeding.words import FIELDS, FIRST, PLACES, head, pick, surname

PASSWORD = "a bench of one's own"
MANAGER, CHIEF, REP = "manager@bench.example", "chief@bench.example", "rep@bench.example"
PEOPLE = 50
FULL, GROUP = 1, 6  # an account with a thousand timeline rows, and one with five hundred parts
YEARS = "interval '3 years'"


OWNER = f"""
    CASE WHEN is_part AND chance < 0.7 THEN NULL WHEN i IN ({FULL}, {GROUP}) OR mod(head, 235) = 1 THEN 1
         WHEN mod(head, 5000) < 2000 THEN 2 ELSE 3 + mod(head / 5, {PEOPLE - 2}) END
"""


def staff() -> None:
    """The ordinary manager has some hundred accounts, the chief two fifths of all, the rep sees every one."""
    roles = {MANAGER: Role.ACCOUNT_MANAGER, CHIEF: Role.ACCOUNT_MANAGER, REP: Role.SERVICE_REP}
    for number, (address, role) in enumerate(roles.items(), start=1):
        name = address.split("@")[0].title()
        User.objects.create_user(address, PASSWORD, id=number, name=name, role=role)
    fill(
        User,
        f"generate_series(4, {PEOPLE}) i",
        id="i",
        password="''",
        email="format('person%s@bench.example', i)",
        name=f"{pick(FIRST, 'i')} || ' ' || {surname('20 * i')}",
    )


def customers(accounts: int) -> None:
    """Two of five accounts are parts of another; so is every fifth of the first 2,500, of GROUP."""
    fill(
        Account,
        f"""(SELECT i, random() AS chance, i - mod(i - 1, 5) AS head, mod(i, 5) IN (0, 4) AS is_part
             FROM generate_series(1, {accounts}) i) made""",
        id="i",
        name=f"{head('i')} || CASE WHEN is_part THEN ' ' || (i - head) ELSE '' END",
        kind="CASE WHEN is_part THEN 'location' ELSE 'company' END",
        parent_id=f"CASE WHEN mod(i, 5) = 0 AND i <= 2500 THEN {GROUP} WHEN is_part THEN head END",
        external_id="'B' || i",
        industry=pick(FIELDS, "i / 7"),
        city=pick(PLACES, "i"),
        region="'R' || mod(i, 50)",
        country="'US'",
        owner_id=OWNER,
        customer_since=f"(now() - {YEARS} * chance)::date",
        created_at=f"now() - {YEARS} + {YEARS} * i / {accounts}",
    )
    fill(AccountLink, "customers_account", descendant_id="id", ancestor_id="id", depth="0")
    parts = "customers_account WHERE parent_id IS NOT NULL"
    fill(AccountLink, parts, descendant_id="id", ancestor_id="parent_id", depth="1")


def contacts(number: int) -> None:
    fill(
        Contact,
        f"generate_series(1, {number}) i",
        id="i",
        account_id="1 + (i - 1) / 3",
        first_name=f"{pick(FIRST, 'i')} || chr(97 + mod(i, 26)::int)",
        last_name=surname("i"),
        job_title="'Head of Operations'",
        email="format('person%s@customer%s.example', i, 1 + (i - 1) / 3)",
        phone="'+1 555 ' || lpad(i::text, 7, '0')",
    )
    fill(ContactTouch, f"generate_series(1, {number}) i", contact_id="i")
