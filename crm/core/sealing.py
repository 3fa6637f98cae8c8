"""Secrets that we must be able to read again are stored sealed: a copy of the database alone opens none."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class Unreadable(Exception):
    """It was sealed with a key that is neither SECRET_KEY nor among SECRET_KEY_FALLBACKS."""


def seal(secret: str) -> str:
    return keyring().encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    """What was sealed. Raises Unreadable."""
    try:
        return keyring().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise Unreadable from error


def keyring() -> MultiFernet:
    """Seals with SECRET_KEY, opens with the older ones as well."""
    return MultiFernet([Fernet(key_of(key)) for key in [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]])


def key_of(secret_key: str) -> bytes:
    """A key for this purpose alone."""
    digest = hashlib.blake2b(
        b"perennial.sealing", key=hashlib.sha256(secret_key.encode()).digest(), digest_size=32
    )
    return base64.urlsafe_b64encode(digest.digest())
