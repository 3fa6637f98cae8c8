"""Many people name the same person at once: one of them was first."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from customers.models import Task
from loyalty.asking import link_of
from loyalty.models import Referral, ReferralLink
from loyalty.referring import NamedPerson, note_click, refer
from tests.factories import create_contact

pytestmark = pytest.mark.usefixtures("committed_db")


def name_at_once(links: list[ReferralLink], email: str) -> None:
    def one(link: ReferralLink) -> None:
        try:
            note_click(link=link, address="127.0.0.1")
            refer(link=link, person=NamedPerson(name="Lee", email=email), consent="Yes", address="127.0.0.1")
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, links))


def test_the_first_of_eight_wins():
    name_at_once([link_of(create_contact()) for _ in range(8)], "lee@lakeview.example")
    found = Referral.objects.filter(person_key="lee@lakeview.example")
    assert sorted(found.values_list("state", "rejection")) == [("bound", ""), *[("rejected", "taken")] * 7]
    thanks = [f"thank-referral:{referral.pk}" for referral in found]
    assert Task.objects.filter(source_key__in=thanks).count() == 1


def test_one_link_eight_times_is_one_referral():
    link = link_of(create_contact())
    name_at_once([link] * 8, "ann@lakeview.example")
    found = Referral.objects.filter(person_key="ann@lakeview.example")
    assert list(found.values_list("state", flat=True)) == ["bound"]
    assert link.referrals.filter(state="clicked").count() <= 1
