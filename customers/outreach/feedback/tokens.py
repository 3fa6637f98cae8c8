"""A message's own token: in the return path of its mail (VERP) and in what a provider gives back to us.

Short and in lower case, because the local part of an address ends at 64 characters and may lose its case.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from functools import lru_cache

from django.conf import settings
from django.utils.crypto import constant_time_compare

PURPOSE = "customers.outreach.feedback"
TOKEN = re.compile(r"([0-9]{1,18})-([0-9a-f]{20})")


def feedback_token(message_pk: int) -> str:
    return f"{message_pk}-{signature(message_pk, settings.SECRET_KEY)}"


def message_of(token: str) -> int | None:
    """The message that a token stands for, None when we did not make it."""
    found = TOKEN.fullmatch(token.lower())
    if not found:
        return None
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    ours = any(constant_time_compare(found[2], signature(int(found[1]), key)) for key in keys)
    return int(found[1]) if ours else None


def signature(message_pk: int, secret: str) -> str:
    """As django.utils.crypto.salted_hmac says, without deriving the key anew for each of many mails."""
    return hmac.digest(derived_key(secret), b"%d" % message_pk, "sha256").hex()[:20]


@lru_cache
def derived_key(secret: str) -> bytes:
    return hashlib.sha256(f"{PURPOSE}{secret}".encode()).digest()


def return_path(token: str, otherwise: str) -> str:
    """Where a mail server shall report trouble with this mail: `bounce+TOKEN@…` when there is such a box."""
    if not settings.BOUNCE_ADDRESS:
        return otherwise
    local, _, domain = settings.BOUNCE_ADDRESS.rpartition("@")
    return f"{local}+{token}@{domain}"


def token_in(address: str) -> str:
    """The token of a return path, empty when it is none of ours."""
    return address.rpartition("@")[0].rpartition("+")[2]
