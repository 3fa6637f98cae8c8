"""The form behind a promoter's link, as a customer, a scanner and a stranger meet it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from crm.core.events import drain
from crm.core.models import OutboxEvent
from customers.models import Contact, Task, TimelineEntry
from customers.services.contacts import archive_contact
from loyalty.asking import link_of
from loyalty.models import Referral
from tests.factories import create_account, create_contact, create_user

pytestmark = pytest.mark.django_db
RIGHT = {
    "name": "Lee Park",
    "email": "Lee.Park@lakeview.example",
    "company": "Lakeview Recreation Center",
    "phone": "+1 555 0100",
    "message": "They need bleachers.",
    "consent": "on",
    "website": "",
}


@pytest.fixture
def dana() -> Contact:
    owner = create_user(role="account_manager")
    account = create_account(name="Riverside Unified", owner=owner)
    return create_contact(
        account=account, first_name="Dana", email="dana@riverside.example", phone="+1 (951) 555-0142"
    )


@pytest.fixture
def url(dana: Contact) -> str:
    return reverse("loyalty:referral", args=[link_of(dana).code])


def test_it_works(client: Client, dana: Contact, url: str):
    page = client.get(url)
    assert page.status_code == 200
    assert "Recommended by Dana, Riverside Unified." in page.text
    assert dana.last_name not in page.text

    response = client.post(url, RIGHT)
    assert response.status_code == 302
    assert "Thank you" in client.get(response["Location"]).text

    referral = Referral.objects.get()
    assert (referral.state, referral.person_key) == ("bound", "lee.park@lakeview.example")
    assert (referral.name, referral.company) == ("Lee Park", "Lakeview Recreation Center")
    assert referral.consent == "I have asked this person, and Perennial may contact them."
    assert referral.address == "127.0.0.1"
    task = Task.objects.get()
    assert task.title == "Say thank you to Dana for referring Lakeview Recreation Center"
    assert (task.kind, task.owner, task.contact) == ("thank", dana.account.owner, dana)
    entry = TimelineEntry.objects.get(kind="loyalty.referral_made")
    assert entry.words.text == "Lee Park, Lakeview Recreation Center"
    event = OutboxEvent.objects.get(name="loyalty.referral_made")
    assert event.payload == {
        "referral_id": referral.pk,
        "account_id": dana.account_id,
        "contact_id": dana.pk,
    }
    drain()


def test_pages_stay_out_of_caches_referrers_and_search(client: Client, url: str):
    for address in (url, f"{url}thanks/", "/r/NOSUCHCODE/"):
        response = client.get(address)
        assert response["Cache-Control"] == "no-store"
        assert response["Referrer-Policy"] == "no-referrer"
        assert response["X-Robots-Tag"] == "noindex, nofollow"


def test_it_needs_no_cookie_and_no_csrf_token(dana: Contact, url: str):
    client = Client(enforce_csrf_checks=True)
    assert client.post(url, RIGHT).status_code == 302
    assert not client.cookies


def test_a_code_is_read_in_any_case(client: Client, url: str):
    assert client.get(url.lower()).status_code == 200
    code = url.split("/")[2]
    assert client.get(f"/r/{code[:5]}-{code[5:]}/").status_code == 200


def test_pressing_the_button_twice_is_one_referral(client: Client, url: str):
    client.post(url, RIGHT)
    client.post(url, {**RIGHT, "email": "lee.park+work@LAKEVIEW.example"})
    assert Referral.objects.count() == Task.objects.count() == 1


def test_several_people_can_be_named(client: Client, url: str):
    client.post(url, RIGHT)
    client.post(url, {**RIGHT, "name": "Ann", "email": "ann@lakeview.example"})
    assert Referral.objects.made().count() == Task.objects.count() == 2


class TestScanners:
    def test_looking_writes_nothing(self, client: Client, url: str):
        for address in (url, f"{url}thanks/", f"{url}touch/"):
            client.get(address)
            client.head(address)
        assert not Referral.objects.exists()
        assert client.get(f"{url}touch/").status_code == 405

    def test_a_hand_on_the_page_is_a_click_and_later_the_referral(self, client: Client, url: str):
        assert client.post(f"{url}touch/").status_code == 204
        client.post(f"{url}touch/")
        clicked = Referral.objects.get()
        assert clicked.state == "clicked"
        client.post(url, RIGHT)
        assert Referral.objects.get() == clicked
        assert Referral.objects.get().state == "bound"

    def test_the_field_that_people_do_not_see(self, client: Client, url: str):
        response = client.post(url, {**RIGHT, "website": "https://spam.example"})
        assert response.status_code == 302, "no machine learns that it was recognised"
        assert not Referral.objects.exists()


class TestWhoDoesNotCount:
    def thanked(self, client: Client, url: str, data: dict[str, str]) -> str:
        response = client.post(url, data)
        assert response.status_code == 302
        return client.get(response["Location"]).text

    def test_a_customer_and_nobody_is_told(self, client: Client, url: str):
        known = create_contact(email="known@customer.example")
        as_customer = self.thanked(client, url, {**RIGHT, "email": "Known+news@customer.example"})
        assert as_customer == self.thanked(client, url, RIGHT)
        referral = Referral.objects.get(state="rejected")
        assert referral.rejection == "customer"
        assert Task.objects.count() == 1
        assert known.account.name not in as_customer

    def test_somebody_named_by_somebody_else_before(self, client: Client, url: str):
        other = reverse("loyalty:referral", args=[link_of(create_contact()).code])
        assert self.thanked(client, other, RIGHT)
        self.thanked(client, url, {**RIGHT, "email": "lee.park+x@lakeview.example"})
        assert Referral.objects.made().count() == 1
        assert Referral.objects.get(state="rejected").rejection == "taken"
        assert Task.objects.count() == 1

    @pytest.mark.parametrize(
        "same", [{"email": "dana+friend@riverside.example"}, {"phone": "1-951-555-0142"}]
    )
    def test_oneself(self, client: Client, url: str, same: dict[str, str]):
        response = client.post(url, {**RIGHT, **same})
        assert response.status_code == 422
        assert "This is you." in response.text
        assert "They need bleachers." in response.text, "what was typed stays"
        assert not Referral.objects.exists()


class TestBadInput:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"email": "not an address"},
            {"email": ""},
            {"email": "a\0b@lakeview.example"},
            {"name": ""},
            {"name": "x" * 121},
            {"name": "a\0b"},
            {"message": "x" * 2001},
            {"consent": ""},
        ],
    )
    def test_is_said_beside_the_field(self, client: Client, url: str, wrong: dict[str, str]):
        response = client.post(url, {**RIGHT, **wrong})
        assert response.status_code == 422
        assert "field-error" in response.text
        assert not Referral.objects.exists()

    @pytest.mark.parametrize(
        "name", ["<script>alert(1)</script>", "{{ 7|add:7 }}", "Lee\r\nBcc: x@y.example", "🏀 ليلى"]
    )
    def test_names_stay_text(self, client: Client, url: str, name: str):
        client.post(url, {**RIGHT, "name": name, "company": ""})
        admin = Client()
        admin.force_login(create_user())
        page = admin.get(reverse("loyalty:referrals")).text
        assert "<script>alert" not in page
        assert "14" not in Referral.objects.get().name
        assert "\n" not in Task.objects.get().title


class TestLinksThatDoNotWork:
    @pytest.mark.parametrize("code", ["NOSUCHCODE", "x", "0" * 400, "%00"])
    def test_unknown_code(self, client: Client, code: str):
        response = client.get(f"/r/{code}/")
        assert response.status_code == 404

    def test_of_people_who_left(self, client: Client, dana: Contact, url: str):
        archive_contact(contact=dana, actor=create_user())
        assert client.get(url).status_code == 404
        assert client.post(url, RIGHT).status_code == 404
        assert not Referral.objects.exists()


class TestThrottle:
    def test_of_a_link(self, client: Client, url: str):
        for n in range(21):
            response = client.post(url, {**RIGHT, "email": f"p{n}@lakeview.example"})
        assert response.status_code == 429
        assert "One moment" in response.text
        assert Referral.objects.count() == 20

    def test_of_an_address(self, client: Client):
        most = 2 * 120 + 10  # too many for a minute, also where the next one begins meanwhile
        codes = {client.get(f"/r/GUESS{n}/").status_code for n in range(most)}
        assert codes == {404, 429}


def test_query_counts(client: Client, url: str, django_assert_num_queries):
    client.get(url)
    with django_assert_num_queries(4):
        client.get(url)
