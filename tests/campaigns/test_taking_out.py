"""Ending a run by hand."""

from __future__ import annotations

import pytest
from django.urls import reverse

from crm.core.models import Role
from customers.flows.models import Enrolment
from tests.campaigns.conftest import PAGE, text_of
from tests.factories import create_contact, create_user

pytestmark = pytest.mark.django_db


class TestTakingOut:
    def url(self, enrolment):
        return reverse("campaigns:take_out", args=[enrolment.pk])

    def test_it_works(self, client, admin, enter):
        enrolment = enter(name="Lincoln High")
        assert "Take Lincoln High out" in text_of(client.get(self.url(enrolment)))

        response = client.post(self.url(enrolment), {"reason": "They asked for a break."})

        assert response.status_code == 302
        enrolment.refresh_from_db()
        assert (enrolment.state, enrolment.outcome) == ("exited", "They asked for a break.")
        assert "They asked for a break." in text_of(client.get(PAGE, {"state": "exited"}))
        assert "This run is over already" in text_of(client.get(self.url(enrolment)))

    def test_the_whole_account(self, client, admin, enter, flow):
        enrolment = enter()
        other = Enrolment.objects.create(
            flow=flow,
            version=enrolment.version,
            account=enrolment.account,
            contact=create_contact(account=enrolment.account),
            key="other",
        )
        stays = enter()
        assert "Also the other person of this account" in text_of(client.get(self.url(enrolment)))

        response = client.post(self.url(enrolment), {"whole_account": "on"})
        assert "checked" in response.content.decode()
        client.post(self.url(enrolment), {"reason": "Moved away.", "whole_account": "on"})

        for one, state in ((enrolment, "exited"), (other, "exited"), (stays, "active")):
            one.refresh_from_db()
            assert one.state == state

    @pytest.mark.parametrize("reason", ["", "   ", "x" * 201])
    def test_a_reason_is_needed(self, client, admin, enter, reason):
        enrolment = enter()

        assert client.post(self.url(enrolment), {"reason": reason}).status_code == 422
        enrolment.refresh_from_db()
        assert enrolment.state == "active"

    @pytest.mark.parametrize("role", [Role.ACCOUNT_MANAGER, Role.SERVICE_REP])
    def test_readers_may_not(self, client, enter, role):
        enrolment = enter()
        client.force_login(create_user(role=role))

        assert client.get(self.url(enrolment)).status_code == 403
        assert client.post(self.url(enrolment), {"reason": "x"}).status_code == 403
