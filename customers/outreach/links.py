"""Links that customers get: signed, unguessable, and good for one message or one person."""

from __future__ import annotations

from django.conf import settings
from django.core import signing
from django.urls import reverse

from customers.models.contacts import Contact
from customers.outreach.models import Message

MESSAGE, PERSON = "customers.outreach.message", "customers.outreach.person"


def message_token(message_id: int) -> str:
    return signer(MESSAGE).sign(str(message_id))


def person_token(contact_id: int) -> str:
    return signer(PERSON).sign(str(contact_id))


def find_message(token: str) -> Message | None:
    """The message a link belongs to, None when we did not make the token or its person is erased."""
    pk = unsigned(MESSAGE, token)
    return Message.objects.for_sending().filter(pk=pk, contact__erased_at=None).first() if pk else None


def find_contact(token: str) -> Contact | None:
    """The person a preference link belongs to; erased people have none any more."""
    pk = unsigned(PERSON, token)
    return Contact.objects.filter(pk=pk, erased_at=None).select_related("account").first() if pk else None


def signer(purpose: str) -> signing.Signer:
    """HMAC-SHA256 with a key of its own per purpose, derived from SECRET_KEY (and its fallbacks)."""
    return signing.Signer(salt=purpose, sep=".")


def unsigned(purpose: str, token: str) -> int | None:
    try:
        return int(signer(purpose).unsign(token))
    except (signing.BadSignature, ValueError):
        return None


def view_url(message_id: int) -> str:
    return absolute("outreach:view", message_token(message_id))


def unsubscribe_url(message_id: int) -> str:
    return absolute("outreach:unsubscribe", message_token(message_id))


def preferences_url(contact_id: int) -> str:
    return absolute("outreach:preferences", person_token(contact_id))


def absolute(name: str, token: str) -> str:
    return f"{settings.SITE_URL}{reverse(name, args=[token])}"
