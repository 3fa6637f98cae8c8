"""Links that customers get: signed, unguessable, and good for one message or one person."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from functools import lru_cache

from django.conf import settings
from django.core import signing
from django.urls import reverse

from customers.models.contacts import Contact
from customers.outreach.models import Message

MESSAGE, PERSON = "customers.outreach.message", "customers.outreach.person"


def message_token(message_id: int) -> str:
    return signed(MESSAGE, message_id, settings.SECRET_KEY)


def person_token(contact_id: int) -> str:
    return signed(PERSON, contact_id, settings.SECRET_KEY)


def message_of(token: str) -> int | None:
    """The id of the message a link belongs to, None when we did not make the token."""
    return unsigned(MESSAGE, token)


def find_message(token: str) -> Message | None:
    """The message a link belongs to, None when we did not make the token or its person is erased."""
    pk = message_of(token)
    return Message.objects.for_sending().filter(pk=pk, contact__erased_at=None).first() if pk else None


def find_contact(token: str) -> Contact | None:
    """The person a preference link belongs to; erased people have none any more."""
    pk = unsigned(PERSON, token)
    return Contact.objects.filter(pk=pk, erased_at=None).select_related("account").first() if pk else None


@lru_cache(maxsize=64)  # a mail holds several links with one token
def signed(purpose: str, pk: int, secret: str) -> str:
    """What `signer(purpose).sign(pk)` says, without deriving the key anew for each of many mails."""
    digest = hmac.digest(derived_key(purpose, secret), b"%d" % pk, "sha256")
    return f"{pk}.{urlsafe_b64encode(digest).rstrip(b'=').decode()}"


@lru_cache
def derived_key(purpose: str, secret: str) -> bytes:
    """The key of django.core.signing.Signer."""
    return hashlib.sha256(f"{purpose}signer{secret}".encode()).digest()


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


def click_prefix(message_id: int) -> str:
    """What the number of a link is put behind, to count who follows it."""
    return absolute("outreach:clicks", message_token(message_id))


def preferences_url(contact_id: int) -> str:
    return absolute("outreach:preferences", person_token(contact_id))


def absolute(name: str, token: str) -> str:
    before, after = path(name)
    return f"{settings.SITE_URL}{before}{token}{after}"


@lru_cache
def path(name: str) -> tuple[str, str]:
    """What stands before and after the token."""
    before, _, after = reverse(name, args=["TOKEN"]).partition("TOKEN")
    return before, after
