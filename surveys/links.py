"""The links of an invitation: a token made from its id and our key, of which only the hash is stored."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import salted_hmac

if TYPE_CHECKING:
    from surveys.models import Invitation

SALT = "surveys.invitation"
TOKEN_BYTES = 16


def make_token(invitation_id: int, *, key: str | None = None) -> str:
    """The first 128 bits of HMAC-SHA256(key, invitation id), safe in a URL."""
    digest = salted_hmac(SALT, str(invitation_id), secret=key, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest[:TOKEN_BYTES]).decode().rstrip("=")


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()


def token_of(invitation: Invitation) -> str:
    """The token as it was first made, also when the key has been rotated since.

    Raises LookupError when the key that made it is gone.
    """
    for key in [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]:
        token = make_token(invitation.pk, key=key)
        if hash_token(token) == invitation.token_hash:
            return token
    raise LookupError("The key that made this survey link is missing from SECRET_KEY_FALLBACKS.")


def page_url(token: str) -> str:
    return settings.SITE_URL + reverse("surveys:capture", args=[token])


def score_url(token: str, score: int) -> str:
    return f"{page_url(token)}?score={score}"


def hidden_url(token: str) -> str:
    """A link that people do not see and machines follow."""
    return settings.SITE_URL + reverse("surveys:hidden", args=[token])
