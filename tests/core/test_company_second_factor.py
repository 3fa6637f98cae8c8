"""The second factor of those who come through an OpenID provider: ours, or theirs if the settings say so."""

from __future__ import annotations

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from crm.core.models import Role, User
from tests.factories import PASSWORD, create_user
from tests.fixtures.openid import SAM, OpenIdProvider, come_back, person_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(company_provider: OpenIdProvider) -> OpenIdProvider:
    return company_provider


@pytest.fixture
def sam(db: None) -> User:
    return create_user(email="Sam@ours.example", role=Role.SERVICE_REP, password=PASSWORD)


def add_second_factor(person: User) -> None:
    TOTP.activate(person, generate_totp_secret())


def test_our_second_factor_is_asked_of_those_who_have_one(client, provider, sam):
    add_second_factor(sam)
    provider.people["s-1"]["amr"] = ["pwd", "mfa"]

    answer = come_back(client, provider)

    assert answer["Location"].startswith("/accounts/2fa/authenticate/")
    assert person_of(client) is None


@pytest.mark.parametrize(("claim", "counts"), [("mfa", True), ("pwd", False)])
def test_the_providers_counts_where_the_settings_say_so(client, provider, sam, settings, claim, counts):
    settings.OIDC_SECOND_FACTORS = ["mfa"]
    add_second_factor(sam)
    provider.people["s-1"]["amr"] = [claim]

    come_back(client, provider)

    assert (person_of(client) == str(sam.pk)) is counts


@pytest.mark.parametrize(("accepted", "place"), [([], "/accounts/2fa/"), (["mfa"], None)])
def test_admins_need_a_second_factor_here_too(client, provider, settings, accepted, place):
    settings.REQUIRE_ADMIN_MFA, settings.OIDC_SECOND_FACTORS = True, accepted
    admin = create_user(email=SAM["email"])
    provider.people["s-1"]["amr"] = ["mfa"]

    come_back(client, provider)

    assert person_of(client) == str(admin.pk)
    assert client.get("/settings/people/").get("Location") == place


def test_what_one_person_showed_the_provider_does_not_count_for_another(client, provider, settings):
    settings.REQUIRE_ADMIN_MFA, settings.OIDC_SECOND_FACTORS = True, ["mfa"]
    create_user(email=SAM["email"])
    other = create_user(email="olga@ours.example", password=PASSWORD)
    provider.people["s-1"]["amr"] = ["mfa"]
    come_back(client, provider)
    client.post("/accounts/logout/")

    client.post("/accounts/login/", {"login": other.email, "password": PASSWORD})

    assert client.get("/settings/people/")["Location"] == "/accounts/2fa/"
