"""What was bought and said, and what is to be done."""

from __future__ import annotations

from customers.models import (
    Interaction,
    InteractionContact,
    Product,
    ProductLine,
    Purchase,
    PurchaseLine,
    Task,
)
from tests.bench.filling import fill
from tests.bench.seeding.people import FULL, PEOPLE, YEARS
from tests.bench.seeding.words import TALK


def products() -> None:
    fill(ProductLine, "generate_series(1, 20) i", id="i", name="'Line ' || i", slug="'line-' || i")
    fill(
        Product,
        "generate_series(1, 500) i",
        id="i",
        sku="'P' || i",
        name="'Product ' || i",
        line_id="1 + mod(i, 20)",
        price="10 + mod(i, 200)",
    )


def happening(number: int, accounts: int) -> str:
    """So many things `i` over the years with an account each, of which FULL gets more than its share."""
    return f"""(SELECT i, at, CASE WHEN mod(i, {number // 144}) = 0 THEN {FULL}
                             ELSE ceil({accounts} * power(chance, 1.25))::bigint END AS account
                FROM (SELECT i, now() - {YEARS} + {YEARS} * i / {number} AS at, random() AS chance
                      FROM generate_series(1, {number}) i) dated) made"""


def purchases(number: int, accounts: int) -> None:
    """The last of them are still on their way."""
    fill(
        Purchase,
        happening(number, accounts),
        id="i",
        account_id="account",
        contact_id="3 * account - 2 + mod(i, 3)",
        number="'B-' || i",
        status="CASE WHEN at > now() - interval '7 days' THEN 'ordered' ELSE 'delivered' END",
        ordered_at="at",
        shipped_at="at + interval '2 days'",
        delivered_at="CASE WHEN at < now() - interval '7 days' THEN at + interval '5 days' END",
        total="5 * (10 + mod(i, 190)) + 50",
    )
    fill(
        PurchaseLine,
        f"generate_series(0, {5 * number - 1}) i",
        id="i + 1",
        purchase_id="1 + i / 5",
        ordinal="1 + mod(i, 5)",
        product_id="1 + mod(i / 5 + 37 * mod(i, 5), 500)",
        quantity="1",
        unit_price="10 + mod(1 + i / 5, 190) + 5 * mod(i, 5)",
    )


def conversations(number: int, accounts: int) -> None:
    fill(
        Interaction,
        happening(number, accounts),
        id="i",
        account_id="account",
        channel="CASE WHEN mod(i, 3) = 0 THEN 'email' ELSE 'call' END",
        at="at",
        body=f"'{TALK} ' || i",
        mood="CASE WHEN mod(i, 7) = 0 THEN 'positive' ELSE '' END",
        author_id=f"1 + mod(i, {PEOPLE})",
    )
    fill(
        InteractionContact,
        "customers_interaction WHERE mod(id, 2) = 0",
        interaction_id="id",
        contact_id="3 * account_id - 2",
    )


def tasks(open_ones: int, accounts: int) -> None:
    """One task in ten is due today or late."""
    fill(
        Task,
        f"""(SELECT i, random() AS chance, {accounts // open_ones} * i AS account
             FROM generate_series(1, {open_ones}) i) made
            JOIN customers_accountlink l ON l.descendant_id = account
            JOIN customers_account a ON a.id = l.ancestor_id AND a.parent_id IS NULL""",
        id="i",
        account_id="account",
        contact_id="3 * account",
        owner_id="a.owner_id",
        kind="'call'",
        title="'Ask how the delivery went'",
        why=f"'{TALK}'",
        due_at="now() - interval '2 days' + interval '30 days' * chance",
        is_urgent="mod(i, 50) = 0",
    )
