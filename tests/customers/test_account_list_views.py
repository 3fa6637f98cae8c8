"""The list of customers and its file."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from crm.core.models import Role
from customers.models import Account, AccountSummary
from tests.factories import create_account, create_purchase, create_user

pytestmark = pytest.mark.django_db
QUERIES = 9


def names(client: Client, query: str = "") -> list[str]:
    return [account.name for account in client.get(f"/customers/{query}").context["page"]]


def summarize(account: Account, **fields: object) -> None:
    AccountSummary.objects.filter(account=account).update(**fields)


def test_it_works(client: Client) -> None:
    mara = create_user(role=Role.ACCOUNT_MANAGER, name="Mara Keller")
    account = create_account(name="Riverside Unified", owner=mara, city="Riverside", industry="Education")
    create_purchase(account=account, quantity=3)
    client.force_login(mara)
    page = client.get("/customers/").content.decode()
    for words in ("Riverside Unified", "Company · Riverside", "Mara Keller", "Education", "$300", "1 in all"):
        assert words in page, words


def test_it_needs_few_queries(client: Client, django_assert_max_num_queries) -> None:
    mara = create_user(role=Role.ACCOUNT_MANAGER)
    for _ in range(60):
        create_account(owner=mara)
    client.force_login(mara)
    client.get("/customers/")
    with django_assert_max_num_queries(QUERIES):
        client.get("/customers/?sort=touch")


def test_only_visible_accounts_are_listed_and_counted(client: Client) -> None:
    mara = create_user(role=Role.ACCOUNT_MANAGER)
    top = create_account(name="Mine", owner=mara)
    create_account(name="Below mine", parent=top)
    create_account(name="Foreign")
    client.force_login(mara)
    assert names(client) == ["Below mine", "Mine"]
    assert client.get("/customers/").context["total"] == (2, False)


SORTS = {
    "name": ["a", "b", "c"],
    "purchase": ["c", "b", "a"],
    "touch": ["b", "a", "c"],
    "year": ["b", "c", "a"],
    "newest": ["c", "b", "a"],
}


@pytest.mark.parametrize("sort", SORTS)
def test_it_sorts(client: Client, sort: str) -> None:
    now = timezone.now()
    a, b, c = (create_account(name=name) for name in "abc")
    summarize(b, last_purchase_at=now - dt.timedelta(days=9), last_touch_at=now, revenue_12m=Decimal(50))
    summarize(c, last_purchase_at=now, revenue_12m=Decimal(7))
    summarize(a, last_touch_at=now - dt.timedelta(days=3))
    client.force_login(create_user())
    assert names(client, f"?sort={sort}") == SORTS[sort]


@pytest.mark.parametrize("sort", SORTS)
def test_pages_follow_each_other_forth_and_back(client: Client, sort: str) -> None:
    made = [create_account(name=f"Account {number:03}") for number in range(120)]
    for number, account in enumerate(made[::7]):
        summarize(account, revenue_12m=number % 3, last_touch_at=timezone.now() - dt.timedelta(days=number))
    client.force_login(create_user())
    url, seen, back = f"/customers/?sort={sort}", [], []
    while url:
        page = client.get(url).context["page"]
        seen.append([account.pk for account in page])
        url = page.next and f"/customers/?sort={sort}&cursor={page.next}"
    assert [len(rows) for rows in seen] == [50, 50, 20]
    assert len({pk for rows in seen for pk in rows}) == 120
    while page.previous:
        page = client.get(f"/customers/?sort={sort}&cursor={page.previous}").context["page"]
        back.append([account.pk for account in page])
    assert back == [seen[1], seen[0]]


def walk(client: Client) -> Iterator[tuple[list[int], tuple[int, bool]]]:
    """The ids on each page of the list, with the count that stands below them."""
    url = "/customers/"
    while url:
        context = client.get(url).context
        yield [account.pk for account in context["page"]], context["total"]
        url = context["page"].next and f"/customers/?cursor={context['page'].next}"


def test_lists_too_long_to_count_are_paged_the_same(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(120):
        create_account(name=f"Account {number:03}")
    client.force_login(create_user())
    counted = list(walk(client))
    assert [(len(ids), total) for ids, total in counted] == [(n, (120, False)) for n in (50, 50, 20)]

    monkeypatch.setattr("customers.views.account_list.CAP", 100)

    assert list(walk(client)) == [(ids, (100, True)) for ids, _total in counted]


def test_a_made_up_cursor_is_a_bad_request(client: Client) -> None:
    client.force_login(create_user())
    assert client.get("/customers/?cursor=nonsense").status_code == 400


def test_it_filters(client: Client) -> None:
    me, other = create_user(), create_user(name="Other")
    long_ago = timezone.now() - dt.timedelta(days=300)
    mine = create_account(name="Mine", owner=me, kind="location", industry="Pools")
    quiet = create_account(name="Quiet", owner=other)
    create_account(name="Never bought", parent=mine)
    create_account(name="Archived", archived_at=timezone.now())
    summarize(mine, last_purchase_at=timezone.now())
    summarize(quiet, last_purchase_at=long_ago)
    client.force_login(me)
    for query, expected in {
        "": ["Mine", "Never bought", "Quiet"],
        "?mine=1": ["Mine"],
        f"?owner={other.pk}": ["Quiet"],
        "?kind=location": ["Mine"],
        "?industry=Pools": ["Mine"],
        "?quiet=6": ["Quiet"],
        "?quiet=12": [],
        "?archived=1": ["Archived"],
        f"?parent={mine.pk}": ["Never bought"],
        "?q=nev": ["Never bought"],
        "?q=nothing": [],
        "?owner=abc&kind=spaceship&quiet=7&sort=colour": ["Mine", "Never bought", "Quiet"],
    }.items():
        assert names(client, query) == expected, query


def test_a_set_filter_can_be_taken_away(client: Client) -> None:
    create_account(industry="Pools & Spas")
    client.force_login(create_user())
    chip = client.get("/customers/?industry=Pools+%26+Spas&kind=company&sort=year").context["removable"][1]
    assert chip.label == "Pools & Spas"
    assert parse_qs(urlsplit(chip.url).query) == {"kind": ["company"], "sort": ["year"]}


def test_empty_states_teach(client: Client) -> None:
    client.force_login(create_user())
    assert "Add the first customer" in client.get("/customers/").content.decode()
    assert "Nobody fits" in client.get("/customers/?q=zzz").content.decode()


def csv_of(client: Client, query: str = "") -> list[list[str]]:
    response = client.get(f"/customers/export/{query}")
    assert response["Content-Disposition"].startswith('attachment; filename="customers-')
    text = b"".join(response).decode()
    return list(csv.reader(text.removeprefix("\ufeff").splitlines()))


def test_the_file_holds_what_is_shown(client: Client) -> None:
    mara = create_user(role=Role.ACCOUNT_MANAGER, name="Mara Keller")
    create_purchase(account=create_account(name="B", owner=mara, external_id="X-1"), quantity=2)
    create_account(name="A", owner=mara)
    create_account(name="Foreign")
    client.force_login(mara)
    header, *rows = csv_of(client, "?sort=year")
    assert [row[1] for row in rows] == ["B", "A"]
    first = dict(zip(header, rows[0], strict=True))
    assert (first["number"], first["owner"], first["orders"], first["revenue"]) == (
        "X-1",
        "Mara Keller",
        "1",
        "200.00",
    )
    assert first["last_purchase"] == timezone.now().date().isoformat()


@pytest.mark.parametrize("name", ["=1+1", "+1", "-2+3", "@SUM(A1)", "\t=1"])
def test_formulas_stay_words(client: Client, name: str) -> None:
    create_account(name=f"x{name}", city=name)
    client.force_login(create_user())
    assert csv_of(client)[1][4] == f"'{name}"


def test_the_file_ends_with_a_word_about_the_rest(client: Client) -> None:
    Account.objects.bulk_create(Account(name=f"n{number}") for number in range(10_001))
    AccountSummary.objects.bulk_create(AccountSummary(account=account) for account in Account.objects.all())
    client.force_login(create_user())
    rows = csv_of(client)
    assert len(rows) == 10_002
    assert rows[-1][0].startswith("Only the first 10,000")
    assert client.get("/customers/").context["total"] == (1000, True)
