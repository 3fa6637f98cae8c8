"""The staff's pages: what they show, to whom, and what they refuse."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.core.models import User
from customers.models import Account
from loyalty import ledger
from loyalty.asking import link_of
from loyalty.models import Member, Program, Transfer
from loyalty.panels import balance, points
from loyalty.referring import NamedPerson, refer
from tests.factories import create_account, create_contact, create_purchase, create_user

pytestmark = pytest.mark.django_db


def login(role: str = "admin") -> Client:
    client = Client()
    client.force_login(create_user(role=role))
    return client


def create_member(*, active: int = 0, account: Account | None = None, by: User | None = None) -> Member:
    member = Member.objects.create(program=Program.objects.main(), account=account or create_account())
    if active:
        ledger.adjust(
            idempotency_key=str(uuid4()),
            member=member,
            points=active,
            reason="Welcome",
            actor=by or create_user(),
        )
    return member


def create_referral(*, account: Account, name: str = "Lee", email: str = "lee@lakeview.example") -> None:
    refer(
        link=link_of(create_contact(account=account)),
        person=NamedPerson(name=name, email=email, company="Lakeview"),
        consent="Yes",
        address="",
    )


class TestOverview:
    url = "/loyalty/"

    def test_it_works(self):
        rich, poor = create_member(active=12_000), create_member(active=10)
        ledger.spend(idempotency_key="order", member=rich, points=2000)
        page = login().get(self.url).text
        assert "12,010" in page, "outstanding: to spend and set aside"
        assert page.index(rich.account.name) < page.index(poor.account.name)
        assert "$1,000 earns 100 points, pending until 30 days after delivery" in page

    def test_empty(self):
        assert "Nobody has points yet" in login().get(self.url).text

    def test_pages(self, django_assert_max_num_queries):
        for n in range(120):
            Member.objects.create(program=Program.objects.main(), account=create_account(name=f"Acc {n:03}"))
        client = login()
        with django_assert_max_num_queries(15):
            page = client.get(self.url)
        seen = [member.pk for member in page.context["page"]]
        while cursor := page.context["page"].next:
            page = client.get(self.url, {"cursor": cursor})
            seen += [member.pk for member in page.context["page"]]
        assert len(seen) == len(set(seen)) == 120
        assert client.get(self.url, {"cursor": "nonsense"}).status_code == 400

    def test_a_manager_sees_their_own_customers_alone(self):
        manager = create_user(role="account_manager")
        create_member(active=7, account=create_account(name="Mine", owner=manager))
        create_member(active=90, account=create_account(name="Foreign"))
        client = Client()
        client.force_login(manager)
        page = client.get(self.url)
        assert "Mine" in page.text
        assert "Foreign" not in page.text
        assert page.context["totals"]["outstanding"] == 7

    def test_an_alarm_is_shown_to_who_can_act(self):
        create_member(active=50)
        Member.objects.update(active=49)
        ledger.reconcile()
        assert "do not add up" in login("marketer").get(self.url).text
        assert "do not add up" not in login("service_rep").get(self.url).text


class TestStatement:
    def test_it_works(self, django_assert_max_num_queries):
        purchase = create_purchase(unit_price=1000, delivered_at=timezone.now())
        grant = ledger.earn(idempotency_key="earn", purchase=purchase)
        assert grant
        ledger.confirm(lots=[grant.lot.pk])
        member = grant.member
        ledger.spend(idempotency_key="order", member=member, points=30)
        actor = create_user(name="Mara Keller")
        ledger.adjust(idempotency_key="a", member=member, points=-20, reason="Entered twice", actor=actor)
        client = login()
        with django_assert_max_num_queries(12):
            response = client.get(member.get_absolute_url())
        lines = [(line.what, line.why, line.balance) for line in response.context["lines"]]
        assert lines == [
            ("20 points taken by hand", "Mara Keller: Entered twice", 50),
            ("30 points set aside for a reward", "Waiting to be handed over", 70),
            ("100 points can be spent", f"The return window of order #{purchase.number} is over", 100),
            ("100 points earned, pending", f"Order #{purchase.number}", 0),
        ]
        for what, why, _ in lines:
            assert what in response.text
            assert why in response.text

    def test_the_balance_goes_on_over_pages(self):
        member, actor = create_member(), create_user()
        for n in range(60):
            ledger.adjust(idempotency_key=f"k{n}", member=member, points=1, reason="One more", actor=actor)
        client = login()
        first = client.get(member.get_absolute_url())
        second = client.get(member.get_absolute_url(), {"cursor": first.context["page"].next})
        assert [line.balance for line in first.context["lines"]] == list(range(60, 10, -1))
        assert [line.balance for line in second.context["lines"]] == list(range(10, 0, -1))

    def test_a_foreign_customers_is_not_found(self):
        assert login("account_manager").get(create_member().get_absolute_url()).status_code == 404

    def test_every_kind_of_transfer_has_words(self):
        member = create_member(active=5)
        transfer = Transfer.objects.get(member=member)
        client = login()
        for kind in Transfer.Kind:
            Transfer.objects.create(
                program=member.program,
                member=member,
                from_book="adjustment",
                to_book="active",
                amount=1,
                kind=kind,
                key=f"{kind}:{transfer.pk}",
                reason="Why",
            )
        assert client.get(member.get_absolute_url()).status_code == 200


class TestAdjust:
    def test_it_works(self):
        member = create_member(active=100)
        url = reverse("loyalty:adjust", args=[member.pk])
        client = login("marketer")
        key = client.get(url).context["form"]["key"].value()
        for _ in range(2):
            response = client.post(url, {"points": "-30", "reason": "Entered twice", "key": key})
            assert response.status_code == 302
        member.refresh_from_db()
        assert member.active == 70

    @pytest.mark.parametrize(
        ("data", "status"),
        [
            ({"points": "-101"}, 409),
            ({"points": "0"}, 422),
            ({"points": "many"}, 422),
            ({"points": "1e9"}, 422),
            ({"points": "99999999999999999999"}, 422),
            ({"reason": " "}, 422),
            ({"reason": "a\0b"}, 422),
            ({"key": "mine"}, 422),
        ],
    )
    def test_bad_input(self, data: dict[str, str], status: int):
        member = create_member(active=100)
        right = {"points": "5", "reason": "Because", "key": str(uuid4())}
        response = login().post(reverse("loyalty:adjust", args=[member.pk]), {**right, **data})
        assert response.status_code == status
        member.refresh_from_db()
        assert member.active == 100

    @pytest.mark.parametrize("role", ["account_manager", "service_rep"])
    def test_others_may_not(self, role: str):
        url = reverse("loyalty:adjust", args=[create_member().pk])
        assert login(role).get(url).status_code == 403
        assert login(role).post(url, {"points": 5, "reason": "x", "key": uuid4()}).status_code == 403
        assert "Adjust" not in login("service_rep").get(create_member().get_absolute_url()).text

    def test_nobody_is_not_found(self):
        assert login().get(reverse("loyalty:adjust", args=[10**9])).status_code == 404


class TestProgram:
    url = "/loyalty/program/"
    right = {"name": "Club", "points_per_unit": "0.5", "hold_days": "14", "expiry_months": "24"}

    def test_it_works(self):
        client = login("marketer")
        assert client.get(self.url).status_code == 200
        assert client.post(self.url, self.right).status_code == 302
        program = Program.objects.main()
        assert (program.name, program.points_per_unit, program.hold_days) == ("Club", Decimal("0.5"), 14)
        assert (program.expiry_months, program.is_running) == (24, False)
        assert "switched off" in client.get("/loyalty/").text

    @pytest.mark.parametrize(
        "wrong",
        [
            {"points_per_unit": "0"},
            {"points_per_unit": "-1"},
            {"points_per_unit": "NaN"},
            {"hold_days": "366"},
            {"hold_days": "-1"},
            {"expiry_months": "0"},
            {"name": ""},
        ],
    )
    def test_bad_input(self, wrong: dict[str, str]):
        assert login().post(self.url, {**self.right, **wrong}).status_code == 422
        assert Program.objects.main().name == "Customer points"

    @pytest.mark.parametrize("role", ["account_manager", "service_rep"])
    def test_others_may_not(self, role: str):
        assert login(role).post(self.url, self.right).status_code == 403


class TestReferrals:
    url = "/loyalty/referrals/"

    def test_it_works(self, django_assert_max_num_queries):
        account = create_account()
        for n in range(30):
            create_referral(account=account, name=f"Person {n:02}", email=f"p{n}@lakeview.example")
        client = login()
        with django_assert_max_num_queries(12):
            page = client.get(self.url).text
        assert page.index("Person 29") < page.index("Person 00")

    def test_states(self):
        create_referral(account=create_account())
        client = login()
        assert "Lee" in client.get(self.url, {"state": "bound"}).text
        assert "Nobody was recommended yet" in client.get(self.url, {"state": "rejected"}).text
        assert "Lee" in client.get(self.url, {"state": "nonsense"}).text

    def test_a_manager_sees_their_own_customers_alone(self):
        create_referral(account=create_account())
        assert "Lee" not in login("account_manager").get(self.url).text

    def test_the_palette_finds_them(self):
        create_referral(account=create_account(), name="Zoë Ångström")
        assert "Zoë" in login().get("/palette/", {"q": "zoe ang"}).text
        assert "Zoë" not in login("account_manager").get("/palette/", {"q": "zoe ang"}).text


class TestPanels:
    def test_on_every_account_of_the_tree(self):
        top = create_account(name="Riverside Unified")
        school = create_account(parent=top, kind="location", owner=create_user(role="account_manager"))
        member = create_member(active=40, account=top)
        create_referral(account=school)
        for account in (top, school):
            facts = points(account, create_user())
            assert facts
            assert facts["member"] == member
            assert facts["referral"].name == "Lee"
            assert facts["pooled"] is (account == school)
            assert facts["statement"] == member.get_absolute_url()
        assert school.owner
        narrow = balance(school, school.owner)
        assert narrow
        assert narrow["statement"] == "", "who sees a part does not see the whole customer's statement"

    def test_nothing_worth_a_card(self):
        assert points(create_account(), create_user()) is None
        assert balance(create_account(), create_user()) is None

    def test_on_the_screen(self):
        account = create_account()
        create_member(active=1840, account=account)
        create_referral(account=account)
        client = login()
        assert "1,840" in client.get(account.get_absolute_url()).text
        cards = client.get(f"{account.get_absolute_url()}cards/", headers={"HX-Request": "true"}).text
        assert "Last referral" in cards


def test_strangers_sign_in_first(client: Client):
    member = create_member()
    for url in ("/loyalty/", "/loyalty/program/", "/loyalty/referrals/", member.get_absolute_url()):
        response = client.get(url)
        assert response.status_code == 302
        assert "login" in response["Location"]
