"""Where sequences are met outside their own pages: the account screen and the palette."""

from __future__ import annotations

import pytest

from campaigns.navigation import find_sequences
from campaigns.panels import under_way
from crm.core.events import drain
from crm.core.models import Role
from customers.flows.engine import step_due
from tests.campaigns.conftest import PAGE, text_of
from tests.factories import create_account, create_user

pytestmark = pytest.mark.django_db


class TestPanel:
    def test_it_works(self, enter, clock):
        owner = create_user(role=Role.ACCOUNT_MANAGER)
        district = create_account(owner=owner)
        enrolment = enter(parent=district)
        step_due()

        shown = under_way(district, owner)

        assert shown is not None
        assert [line.enrolment for line in shown["lines"]] == [enrolment]
        assert shown["lines"][0].words == "Inspect what was delivered before the season"
        assert (shown["has_more"], shown["may_run"]) == (False, False)

    def test_nothing_to_show(self, flow):
        assert under_way(create_account(), create_user()) is None

    def test_on_the_account_screen(self, client, admin, enter):
        enrolment = enter()
        step_due()
        drain()

        address = enrolment.account.get_absolute_url()
        page = text_of(client.get(address))
        cards = text_of(client.get(f"{address}cards/", headers={"HX-Request": "true"}))

        assert "Under way" in cards
        assert "next: Inspect what was delivered before the season" in cards
        assert "Entered “After a first delivery”" in page


def test_the_palette_finds_sequences(flow):
    (hit,) = find_sequences(create_user(role=Role.SERVICE_REP), "first deliv", 5)

    assert (hit.label, hit.detail, hit.url) == ("After a first delivery", "running", PAGE)
    assert find_sequences(create_user(), "nothing like it", 5) == []
