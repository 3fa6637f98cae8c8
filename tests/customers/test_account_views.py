"""The account screen."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client
from django.utils import timezone

from crm.core.models import Role
from customers.models import Account, Task
from customers.services.interactions import log_interaction
from customers.services.timeline import NewEntry, record_many
from tests.factories import (
    create_account,
    create_contact,
    create_product_line,
    create_purchase,
    create_task,
    create_team,
    create_user,
)

pytestmark = pytest.mark.django_db
QUERIES = 25


def test_it_works(client: Client) -> None:
    manager = create_user(role=Role.ACCOUNT_MANAGER, name="Mara Keller")
    top = create_account(name="Riverside Unified", owner=manager, city="Riverside", industry="Education")
    part = create_account(name="North High", parent=top, kind="location")
    dana = create_contact(account=part, first_name="Dana", last_name="Whit", phone="+1 951 555 0100")
    create_purchase(account=part, contact=dana, quantity=6, unit_price=100, number="20418")
    create_task(account=top, title="Call Dana about the delivery", owner=manager)
    log_interaction(
        account=top, author=manager, channel="call", body="Wants the floor before term.", contacts=[dana]
    )
    client.force_login(manager)

    page = client.get(f"/customers/{top.pk}/").content.decode()

    for words in (
        "Riverside Unified",
        "1 location",
        "Mara Keller",
        "$600",
        "1 order, in",
        "Call with Dana Whit",
        "Wants the floor before term.",
        "Bought 6 ×",
        "Call Dana about the delivery",
        "North High",
        "tel:+1%20951%20555%200100",
        "#20418",
    ):
        assert words in page, words


def test_it_needs_few_queries(client: Client, django_assert_max_num_queries) -> None:
    manager = create_user(role=Role.ACCOUNT_MANAGER)
    create_team(managers=(manager,), members=(create_user(), create_user()))
    top = create_account(owner=manager, parent=create_account(owner=manager))
    parts = [create_account(parent=top, kind="location") for _ in range(50)]
    dana = create_contact(account=parts[0])
    create_purchase(account=parts[1], contact=dana, delivered_at=timezone.now())
    create_task(account=parts[2], owner=manager)
    start = timezone.now()
    record_many(
        [
            NewEntry(
                account_id=parts[number % 50].pk,
                kind="customers.account_archived",
                at=start - dt.timedelta(minutes=number),
                contact_id=dana.pk,
            )
            for number in range(1000)
        ]
    )
    client.force_login(manager)
    client.get(f"/customers/{top.pk}/")

    with django_assert_max_num_queries(QUERIES):
        client.get(f"/customers/{top.pk}/")


def test_the_timeline_goes_on_without_gaps_or_repeats(client: Client) -> None:
    account = create_account()
    at = timezone.now()  # all at one moment: the id decides
    record_many(
        [
            NewEntry(
                account_id=account.pk,
                kind="customers.task_done",
                at=at,
                data={"task": n, "title": f"No {n}."},
            )
            for n in range(75)
        ]
    )
    client.force_login(create_user())
    page = client.get(f"/customers/{account.pk}/timeline/", headers={"HX-Request": "true"}).content.decode()
    pages = [page]
    while older := re.search(r'hx-get="([^"]+before=[^"]+)"', page):
        page = client.get(older[1], headers={"HX-Request": "true"}).content.decode()
        pages.append(page)
    assert len(pages) == 3
    assert re.findall(r"Done: No (\d+)\.", "".join(pages)) == [str(n) for n in reversed(range(75))]


def test_the_timeline_is_filtered_by_group(client: Client) -> None:
    purchase = create_purchase(number="777")
    client.force_login(create_user())
    url = f"/customers/{purchase.account_id}/timeline/"
    found = client.get(f"{url}?group=purchases", headers={"HX-Request": "true"}).content.decode()
    assert "order #777" in found
    assert "Account added" not in found
    assert (
        "order #777"
        not in client.get(f"{url}?group=messages", headers={"HX-Request": "true"}).content.decode()
    )


@pytest.mark.parametrize(
    "before", ["nonsense", "2026-01-01~1~5", "9999-12-31T00:00:00+00:00~1~99999999999999999999"]
)
def test_a_made_up_cursor_is_a_bad_request(client: Client, before: str) -> None:
    client.force_login(create_user())
    response = client.get(
        f"/customers/{create_account().pk}/timeline/", {"before": before}, headers={"HX-Request": "true"}
    )
    assert response.status_code == 400


def test_a_timeline_link_works_without_scripts(client: Client) -> None:
    account = create_account()
    client.force_login(create_user())
    response = client.get(f"/customers/{account.pk}/timeline/?group=surveys")
    assert response["Location"] == f"/customers/{account.pk}/?group=surveys#timeline"


def test_another_managers_account_does_not_exist(client: Client) -> None:
    account = create_account(owner=create_user(role=Role.ACCOUNT_MANAGER))
    client.force_login(create_user(role=Role.ACCOUNT_MANAGER))
    for path in ("", "edit/", "timeline/", "do-next/", "log/", "people/", "purchases/", "tasks/new/"):
        assert client.get(f"/customers/{account.pk}/{path}").status_code == 404, path


def test_a_manager_sees_the_subtree_of_what_is_owned_and_not_what_is_above(client: Client) -> None:
    manager = create_user(role=Role.ACCOUNT_MANAGER)
    above = create_account(name="Above Holding")
    mine = create_account(name="Mine", parent=above, owner=manager)
    below = create_account(name="Below", parent=mine)
    client.force_login(manager)
    assert client.get(f"/customers/{above.pk}/").status_code == 404
    page = client.get(f"/customers/{below.pk}/").content.decode()
    assert "Mine" in page
    assert "Above Holding" not in page


def test_a_rep_reads_and_logs_but_does_not_edit(client: Client) -> None:
    account = create_account()
    client.force_login(create_user(role=Role.SERVICE_REP))
    page = client.get(f"/customers/{account.pk}/").content.decode()
    assert "data-composer" in page
    assert f"/customers/{account.pk}/edit/" not in page
    assert client.get(f"/customers/{account.pk}/edit/").status_code == 403
    assert client.post(f"/customers/{account.pk}/archive/").status_code == 403
    assert client.get(f"/customers/{account.pk}/purchases/new/").status_code == 403


def test_a_marketer_only_reads(client: Client) -> None:
    account = create_account()
    client.force_login(create_user(role=Role.MARKETER))
    page = client.get(f"/customers/{account.pk}/").content.decode()
    assert "data-composer" not in page
    assert client.post(f"/customers/{account.pk}/log/", {"text": "x"}).status_code == 403
    assert client.get(f"/customers/{account.pk}/people/new/").status_code == 403


NASTY = "<script>alert(1)</script> {{ 7*7 }} {% now %}\r\nBcc: a@b"


def test_nasty_names_stay_text(client: Client) -> None:
    account = create_account(name=NASTY, about=NASTY, website="javascript:alert(1)")
    create_contact(account=account, first_name=NASTY[:60], job_title=NASTY)
    create_task(account=account, title=NASTY, why=NASTY)
    client.force_login(create_user())
    page = client.get(f"/customers/{account.pk}/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7*7 }} {% now %}" in page
    assert 'href="javascript:' not in page


def test_an_account_is_added_below_another(client: Client) -> None:
    manager = create_user(role=Role.ACCOUNT_MANAGER)
    top = create_account(name="Riverside", owner=manager)
    client.force_login(manager)
    assert "Riverside" in client.get(f"/customers/new/?parent={top.pk}").content.decode()

    response = client.post(
        "/customers/new/", {"name": "North High", "kind": "location", "parent": top.pk, "owner": manager.pk}
    )

    made = Account.objects.get(name="North High")
    assert response["Location"] == f"/customers/{made.pk}/"
    assert (made.parent, made.kind, made.owner) == (top, "location", manager)


def test_what_was_typed_stays_beside_the_mistake(client: Client) -> None:
    create_account(external_id="A-1")
    client.force_login(create_user())
    response = client.post(
        "/customers/new/", {"name": "Twin", "kind": "company", "external_id": "A-1", "city": "Ash Valley"}
    )
    page = response.content.decode()
    assert response.status_code == 422
    assert "already exists" in page
    assert 'value="Twin"' in page
    assert 'value="Ash Valley"' in page


def test_a_circle_is_refused_in_words(client: Client) -> None:
    top = create_account()
    below = create_account(parent=create_account(parent=top))
    client.force_login(create_user())
    response = client.post(f"/customers/{top.pk}/edit/", {"name": "x", "kind": "company", "parent": below.pk})
    assert response.status_code == 422
    assert "cannot be part of itself" in response.content.decode()
    top.refresh_from_db()
    assert top.parent is None


def test_a_manager_cannot_hang_an_account_below_a_foreign_one(client: Client) -> None:
    foreign = create_account(name="Foreign")
    client.force_login(create_user(role=Role.ACCOUNT_MANAGER))
    response = client.post("/customers/new/", {"name": "x", "kind": "company", "parent": foreign.pk})
    assert response.status_code == 422
    assert "Foreign" not in response.content.decode()


def test_giving_an_account_away_leads_back_to_the_list(client: Client) -> None:
    manager = create_user(role=Role.ACCOUNT_MANAGER)
    account = create_account(owner=manager)
    client.force_login(manager)
    other = create_user(role=Role.ACCOUNT_MANAGER)
    response = client.post(
        f"/customers/{account.pk}/edit/", {"name": "x", "kind": "company", "owner": other.pk}
    )
    assert response["Location"] == "/customers/"
    account.refresh_from_db()
    assert account.owner == other


def test_archive_and_undo(client: Client) -> None:
    account = create_account()
    client.force_login(create_user())
    page = client.post(f"/customers/{account.pk}/archive/", follow=True).content.decode()
    assert f'action="/customers/{account.pk}/restore/"' in page
    account.refresh_from_db()
    assert account.archived_at
    client.post(f"/customers/{account.pk}/restore/")
    account.refresh_from_db()
    assert account.archived_at is None


def test_a_parent_is_picked_among_visible_accounts(client: Client) -> None:
    manager = create_user(role=Role.ACCOUNT_MANAGER)
    mine, foreign = (
        create_account(name="Ash Valley ISD", owner=manager),
        create_account(name="Ash Valley Pool"),
    )
    client.force_login(manager)
    page = client.get("/customers/pick/?account_words=ash").content.decode()
    assert f'value="{mine.pk}"' in page
    assert str(foreign.pk) not in page


def log(client: Client, account: Account, **fields: object):
    data = {"channel": "call", "text": "Spoke about goals.", **fields}
    return client.post(f"/customers/{account.pk}/log/", data, headers={"HX-Request": "true"})


def test_an_interaction_is_logged_with_what_follows(client: Client) -> None:
    rep = create_user(role=Role.SERVICE_REP)
    account, line = create_account(), create_product_line(name="Soccer goals")
    dana = create_contact(account=account)
    client.force_login(rep)
    due = timezone.now() + dt.timedelta(days=2)

    response = log(
        client,
        account,
        contacts=[dana.pk],
        mood="positive",
        minutes=8,
        need_line=line.pk,
        follow_up="Send the quote",
        follow_up_at=due.strftime("%Y-%m-%dT%H:%M"),
    )

    assert response.status_code == 200
    assert "interaction-logged" in response.headers["HX-Trigger"]
    kept = account.interactions.get()
    assert (kept.author, kept.mood, kept.minutes, kept.need_line) == (rep, "positive", 8, line)
    assert list(kept.contacts.all()) == [dana]
    assert Task.objects.get().title == "Send the quote"
    assert f'value="{dana.pk}"' in response.content.decode(), "the last contact is the next default"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"text": ""}, "This field is required."),
        ({"follow_up": "Call"}, "Until when?"),
        ({"minutes": "-3"}, "greater than or equal to 1"),
        ({"channel": "telepathy"}, "Select a valid choice"),
        ({"at": "2999-01-01T00:00"}, "lies in the future"),
    ],
)
def test_a_mistake_in_the_composer_keeps_the_text(client: Client, fields: dict[str, str], words: str) -> None:
    account = create_account()
    client.force_login(create_user())
    response = log(client, account, **{"text": "Typed with care", **fields})
    page = response.content.decode()
    assert response.status_code == 422
    assert words in page
    assert fields.get("text", "Typed with care") in page
    assert not account.interactions.exists()


def test_a_stranger_cannot_be_mentioned(client: Client) -> None:
    account, stranger = create_account(), create_contact()
    client.force_login(create_user())
    assert log(client, account, contacts=[stranger.pk]).status_code == 422


def test_logging_works_without_scripts(client: Client) -> None:
    account = create_account()
    client.force_login(create_user())
    assert "data-composer" in client.get(f"/customers/{account.pk}/log/").content.decode()
    response = client.post(f"/customers/{account.pk}/log/", {"channel": "visit", "text": "Was there."})
    assert response["Location"] == f"/customers/{account.pk}/"


def test_mentions_offer_people_of_the_tree_and_lines(client: Client) -> None:
    top = create_account()
    part = create_account(parent=top)
    dana = create_contact(account=top, first_name="Dana", last_name="Whit")
    create_contact(first_name="Dana", last_name="Elsewhere")
    create_product_line(name="Gym floors")
    client.force_login(create_user())
    people = client.get(f"/customers/{part.pk}/people/options/?q=dan").content.decode()
    assert f'data-insert="@Dana Whit" data-field="contacts" data-value="{dana.pk}"' in people
    assert "Elsewhere" not in people
    assert 'data-insert="#Gym floors"' in client.get("/log/lines/?q=gym").content.decode()


def test_the_log_dialog_offers_what_was_open_last(client: Client) -> None:
    account = create_account(name="Lakeview")
    client.force_login(create_user())
    htmx = {"HX-Request": "true"}
    assert "Lakeview" not in client.get("/log/", headers=htmx).content.decode()
    client.get(f"/customers/{account.pk}/")
    assert "Lakeview" in client.get("/log/", headers=htmx).content.decode()
    assert (
        f"/customers/{account.pk}/log/"
        in client.get("/log/?account_words=lake", headers=htmx).content.decode()
    )
    assert "<html" in client.get("/log/").content.decode()
