"""Sign-in through an OpenID provider: whom it lets in, whom it does not, and which answers are believed."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from crm.core.checks import new_people_get_a_modest_role
from crm.core.models import Role, User
from tests.factories import PASSWORD, create_user
from tests.fixtures.openid import CLIENT_ID, LOGIN, SAM, OpenIdProvider, ask, come_back, new_key, person_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(company_provider: OpenIdProvider) -> OpenIdProvider:
    return company_provider


@pytest.fixture
def sam(db: None) -> User:
    return create_user(email="Sam@ours.example", role=Role.SERVICE_REP, password=PASSWORD)


def words(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_it_works(client, provider, sam):
    answer = come_back(client, provider, next="/customers/?q=a")

    assert (answer.status_code, answer["Location"]) == (302, "/customers/?q=a")
    assert person_of(client) == str(sam.pk)
    link = SocialAccount.objects.get()
    assert (link.user, link.provider, link.uid) == (sam, "oidc", "s-1")


def test_the_password_stays_good(client, provider, sam):
    come_back(client, provider)

    sam.refresh_from_db()
    assert sam.check_password(PASSWORD)


def test_sign_out_ends_the_session(client, provider, sam):
    come_back(client, provider)

    client.post("/accounts/logout/")

    assert person_of(client) is None
    assert client.get("/customers/")["Location"].startswith("/accounts/login/")


def test_an_unknown_person_is_refused_and_not_made(client, provider):
    answer = come_back(client, provider)

    assert answer.status_code == 403
    assert "Nobody here has this mail address. Ask an admin to add you" in words(answer)
    assert "sam@ours.example" in words(answer)
    assert not User.objects.exists()
    assert not SocialAccount.objects.exists()


def test_an_unknown_person_is_added_where_the_settings_say_so(client, provider, settings):
    settings.OIDC_NEW_PEOPLE_ROLE = "service_rep"

    come_back(client, provider)

    person = User.objects.get()
    assert (person.email, person.name, person.role) == ("sam@ours.example", "Sam Seller", "service_rep")
    assert not person.has_usable_password()
    assert person_of(client) == str(person.pk)


@pytest.mark.parametrize(("role", "errors"), [("", 0), ("marketer", 0), ("admin", 1), ("boss", 1)])
def test_nobody_becomes_admin_by_themselves(settings, role, errors):
    settings.OIDC_NEW_PEOPLE_ROLE = role

    assert len(new_people_get_a_modest_role(None)) == errors


@pytest.mark.parametrize("verified", [False, "false", None, ""])
@pytest.mark.parametrize("new_people", ["", "service_rep"])
def test_an_unverified_address_is_not_linked(client, provider, sam, settings, verified, new_people):
    settings.OIDC_NEW_PEOPLE_ROLE = new_people
    provider.people["s-1"]["email_verified"] = verified

    answer = come_back(client, provider)

    assert answer.status_code == 403
    assert "has confirmed a mail address" in words(answer)
    assert not SocialAccount.objects.exists()
    assert User.objects.count() == 1


def test_a_provider_that_never_says_verified_is_trusted_with_named_domains(client, provider, sam, settings):
    del provider.people["s-1"]["email_verified"]
    assert come_back(client, provider).status_code == 403

    settings.OIDC_VERIFIED_DOMAINS = ["ours.example"]
    assert come_back(client, provider).status_code == 302
    assert person_of(client) == str(sam.pk)


def test_somebody_without_an_address_is_refused(client, provider, sam):
    provider.people["s-1"] = {"name": "Sam", "email_verified": True}

    assert come_back(client, provider).status_code == 403


@pytest.mark.parametrize("linked", [False, True])
def test_a_deactivated_person_is_refused(client, provider, sam, linked):
    if linked:
        come_back(client, provider)
        client.post("/accounts/logout/")
    User.objects.update(is_active=False)

    answer = come_back(client, provider)

    assert answer["Location"] == "/accounts/inactive/"
    assert "switched off" in words(client.get(answer["Location"]))
    assert person_of(client) is None
    assert SocialAccount.objects.exists() is linked


def test_the_link_outlives_a_change_of_address_on_either_side(client, provider, sam):
    come_back(client, provider)
    client.post("/accounts/logout/")
    provider.people["s-1"].update(email="samantha@ours.example", email_verified=False)
    User.objects.update(email="someone@else.example")

    come_back(client, provider)

    assert person_of(client) == str(sam.pk)
    assert User.objects.count() == SocialAccount.objects.count() == 1


def test_a_second_account_with_the_same_address_waits_for_an_admin(client, provider, sam):
    come_back(client, provider)
    client.post("/accounts/logout/")
    provider.people["s-2"] = dict(SAM)

    answer = come_back(client, provider, "s-2")
    assert answer.status_code == 403
    assert "Another sign-in is linked" in words(answer)

    admin = Client()
    admin.force_login(create_user())
    assert "Remove link" in words(admin.get(f"/settings/people/{sam.pk}/"))
    admin.post(f"/settings/people/{sam.pk}/unlink/")
    assert "Remove link" not in words(admin.get(f"/settings/people/{sam.pk}/"))
    come_back(client, provider, "s-2")
    assert person_of(client) == str(sam.pk)


def test_only_admins_remove_links(client, sam):
    client.force_login(sam)

    assert client.post(f"/settings/people/{sam.pk}/unlink/").status_code == 403


@pytest.mark.parametrize(
    "forged",
    [
        {"nonce": "of another browser"},
        {"nonce": None},
        {"iss": "https://somebody.example"},
        {"aud": "another client"},
        {"exp": 1},
        {"sub": "s-2"},
    ],
)
def test_forged_tokens_are_refused(client, provider, sam, forged):
    provider.forged = forged

    answer = come_back(client, provider)

    assert answer.status_code == 401
    assert "That did not work" in words(answer)
    assert person_of(client) is None
    assert not SocialAccount.objects.exists()


def test_a_signature_of_another_key_is_refused(client, provider, sam):
    provider.signs_with = new_key()

    assert come_back(client, provider).status_code == 401
    assert person_of(client) is None


def test_userinfo_of_somebody_else_is_refused(client, provider, sam):
    provider.people["s-2"], provider.userinfo_of = dict(SAM), "s-2"

    assert come_back(client, provider).status_code == 401
    assert person_of(client) is None


def test_a_forged_or_foreign_state_is_refused(client, provider, sam):
    place = urlsplit(provider.consent(ask(client), "s-1"))
    query = dict(parse_qsl(place.query))

    forged = client.get(place.path, {**query, "state": "forged"})
    foreign = Client().get(place.path, query)  # the address, sent to somebody else's browser

    assert (forged.status_code, foreign.status_code) == (401, 401)
    assert person_of(client) is None
    assert client.get(place.path, query).status_code == 302
    assert client.get(place.path, query).status_code == 401, "an answer counts once"


def test_the_address_cannot_change_what_is_asked(client, provider):
    asked = ask(
        client, process="connect", scope="admin", auth_params=urlencode({"nonce": "mine", "client_id": "x"})
    )

    assert (asked["client_id"], sorted(asked["scope"].split())) == (CLIENT_ID, ["email", "openid", "profile"])
    assert asked["nonce"] != "mine"


def test_elsewhere_is_no_place_to_go_afterwards(client, provider, sam):
    assert come_back(client, provider, next="https://evil.example/")["Location"] == "/"


def test_stopping_at_the_provider(client, provider):
    answer = come_back(client, provider, "nobody")

    assert answer["Location"] == "/accounts/3rdparty/login/cancelled/"
    assert "Nothing has happened here" in words(client.get(answer["Location"]))


def test_a_provider_that_is_away(client, provider, settings):
    app = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]
    app["settings"]["server_url"] = f"{provider.url}/nowhere"

    answer = client.get(LOGIN)

    assert answer.status_code == 401
    assert "did not answer as it should" in words(answer)


def test_without_settings_there_is_no_such_sign_in(client):
    assert client.get(LOGIN).status_code == 404
    assert "openid" not in words(client.get("/accounts/login/"))
