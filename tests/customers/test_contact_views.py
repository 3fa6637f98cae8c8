"""The contact page."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from crm.core.models import Role
from customers.models import Contact, Message, Topic
from customers.outreach.services import ensure_content, record_consent, suppress
from customers.services.interactions import log_interaction
from tests.factories import create_account, create_contact, create_task, create_user

pytestmark = pytest.mark.django_db
QUERIES = 16


def message_to(contact: Contact, **fields: object) -> Message:
    version = ensure_content(
        slug="hello", name="Hello", subject="Hello", body="<mjml><mj-body></mj-body></mjml>"
    )
    return Message.objects.create(
        contact=contact, account=contact.account, kind="hello", topic=Topic.objects.get(slug="care"),
        content=version.content, reference=1, **fields,
    )  # fmt: skip


def test_it_works(client: Client) -> None:
    mara = create_user(role=Role.ACCOUNT_MANAGER, name="Mara Keller")
    dana = create_contact(
        account=create_account(name="Riverside", owner=mara),
        first_name="Dana",
        last_name="Whit",
        job_title="Facilities",
        roles=["decision_maker"],
        phone="555 0100",
    )
    record_consent(
        contact=dana, topic="news", granted=True, source="staff", proof="Said so on the phone", actor=mara
    )
    message_to(dana, key="a", state="refused", reason="no_consent")
    message_to(dana, key="b", state="sent", sent_at=timezone.now(), subject="Inspect your bleachers")
    log_interaction(
        account=dana.account, author=mara, channel="visit", body="Showed us the gym.", contacts=[dana]
    )
    create_task(account=dana.account, contact=dana, title="Send the quote")
    client.force_login(mara)

    page = client.get(f"/contacts/{dana.pk}/").content.decode()

    for words in (
        "Dana Whit",
        "Decision maker",
        "Facilities",
        "Riverside",
        "Said so on the phone",
        "They have not agreed to this topic.",
        "Inspect your bleachers",
        "Showed us the gym.",
        "Send the quote",
    ):
        assert words in page, words


def test_it_needs_few_queries(client: Client, django_assert_max_num_queries) -> None:
    dana = create_contact()
    rep = create_user(role=Role.SERVICE_REP)
    for number in range(20):
        message_to(dana, key=str(number), state="refused", reason="paused")
        log_interaction(account=dana.account, author=rep, channel="call", body="Spoke.", contacts=[dana])
    client.force_login(rep)
    client.get(f"/contacts/{dana.pk}/")
    with django_assert_max_num_queries(QUERIES):
        client.get(f"/contacts/{dana.pk}/")


def test_a_blocked_address_is_shown(client: Client) -> None:
    dana = create_contact()
    suppress(address=dana.email, reason="bounce")
    client.force_login(create_user())
    assert "gets nothing from us" in client.get(f"/contacts/{dana.pk}/").content.decode()


def test_a_foreign_contact_does_not_exist(client: Client) -> None:
    dana = create_contact()
    client.force_login(create_user(role=Role.ACCOUNT_MANAGER))
    for path in ("", "edit/", "consent/"):
        assert client.get(f"/contacts/{dana.pk}/{path}").status_code == 404, path
    assert client.post(f"/contacts/{dana.pk}/archive/").status_code == 404


def test_a_reader_may_not_write(client: Client) -> None:
    dana = create_contact()
    client.force_login(create_user(role=Role.MARKETER))
    assert f"/contacts/{dana.pk}/edit/" not in client.get(f"/contacts/{dana.pk}/").content.decode()
    assert client.get(f"/contacts/{dana.pk}/edit/").status_code == 403
    assert client.post(f"/contacts/{dana.pk}/consent/").status_code == 403
    assert client.post(f"/contacts/{dana.pk}/restore/").status_code == 403


PERSON = {"first_name": "Dana", "last_name": "Whit", "language": "en"}


def test_a_person_is_added(client: Client) -> None:
    account = create_account()
    client.force_login(create_user(role=Role.SERVICE_REP))
    assert client.get(f"/customers/{account.pk}/people/new/").status_code == 200
    response = client.post(
        f"/customers/{account.pk}/people/new/",
        {**PERSON, "email": "Dana@Riverside.example", "roles": ["champion", "billing"]},
    )
    dana = account.contacts.get()
    assert response["Location"] == f"/contacts/{dana.pk}/"
    assert (dana.email, dana.roles) == ("dana@riverside.example", ["champion", "billing"])


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"first_name": "", "last_name": ""}, "needs a name or a mail address"),
        ({"email": "dana@"}, "valid email address"),
        ({"roles": ["king"]}, "Select a valid choice"),
        ({"time_zone": "Mars/Base"}, "Select a valid choice"),
    ],
)
def test_mistakes_are_named_and_what_was_typed_stays(
    client: Client, fields: dict[str, object], words: str
) -> None:
    account = create_account()
    client.force_login(create_user())
    response = client.post(
        f"/customers/{account.pk}/people/new/", {**PERSON, "job_title": "Head of pools", **fields}
    )
    page = response.content.decode()
    assert response.status_code == 422
    assert words in page
    assert "Head of pools" in page
    assert not account.contacts.exists()


def test_a_person_is_changed(client: Client) -> None:
    dana = create_contact()
    client.force_login(create_user())
    client.post(f"/contacts/{dana.pk}/edit/", {**PERSON, "time_zone": "Asia/Tokyo"})
    dana.refresh_from_db()
    assert (dana.full_name, dana.time_zone, dana.email) == ("Dana Whit", "Asia/Tokyo", "")


def test_a_yes_is_written_down_with_its_proof(client: Client) -> None:
    dana, rep = create_contact(), create_user(role=Role.SERVICE_REP)
    client.force_login(rep)
    assert client.get(f"/contacts/{dana.pk}/consent/").status_code == 200
    client.post(
        f"/contacts/{dana.pk}/consent/", {"topic": "news", "granted": "yes", "proof": "Trade show form"}
    )
    kept = dana.consent_records.get()
    assert (kept.topic_id, kept.granted, kept.proof, kept.actor) == ("news", True, "Trade show form", rep)


def test_a_consent_needs_a_proof(client: Client) -> None:
    dana = create_contact()
    client.force_login(create_user())
    response = client.post(f"/contacts/{dana.pk}/consent/", {"topic": "news", "granted": "yes"})
    assert response.status_code == 422
    assert not dana.consent_records.exists()


def test_archive_and_undo(client: Client) -> None:
    dana = create_contact()
    client.force_login(create_user())
    page = client.post(f"/contacts/{dana.pk}/archive/", follow=True).content.decode()
    assert f'action="/contacts/{dana.pk}/restore/"' in page
    assert not Contact.objects.active().exists()
    client.post(f"/contacts/{dana.pk}/restore/")
    assert Contact.objects.active().get() == dana


def test_everybody_of_a_tree_is_listed(client: Client) -> None:
    top = create_account()
    create_contact(account=top, last_name="Above")
    create_contact(account=create_account(parent=top), last_name="Below")
    create_contact(last_name="Elsewhere")
    client.force_login(create_user())
    assert [person.last_name for person in client.get(f"/customers/{top.pk}/people/").context["page"]] == [
        "Above",
        "Below",
    ]


def test_nasty_names_stay_text(client: Client) -> None:
    nasty = "<img src=x onerror=alert(1)>{{ 7*7 }}\r\nBcc: x"
    dana = create_contact(first_name=nasty, phone='"><script>', job_title=nasty)
    client.force_login(create_user())
    page = client.get(f"/contacts/{dana.pk}/").content.decode()
    assert "<img src=x" not in page
    assert '"><script>' not in page
    assert "&lt;img src=x onerror=alert(1)&gt;{{ 7*7 }}" in page
