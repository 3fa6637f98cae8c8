"""Who somebody from the company's provider is: found by a verified mail address once, then by the link."""

from __future__ import annotations

from typing import Any

from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from crm.core.models import User
from crm.core.people import create_person


class Refused(Exception):
    """Why somebody is not let in, in words for them."""


@transaction.atomic
def link_person(request: HttpRequest, login: SocialLogin) -> User:
    """Link the provider's account with the person of the same verified mail address. Raises Refused.

    A person has one link. Their address may be somebody else's at the provider one day, so a second account
    with it is refused until an admin removes the first link.
    """
    claims = login.account.extra_data
    if not is_verified(claims):
        raise Refused(_("It does not say that it has confirmed a mail address of yours."))
    known = User.objects.select_for_update().filter(email__iexact=claims["email"]).first()
    person = known or admit_person(claims)
    login.lookup()  # another tab of the same person may have been first
    if not person.is_active or login.is_existing:
        return person
    if is_linked(person):
        raise Refused(_("Another sign-in is linked with this address. Ask an admin to remove that link."))
    login.connect(request, person)
    return person


def is_verified(claims: dict[str, Any]) -> bool:
    """Whether the mail address is theirs. Some providers say so in a word, some only by whom they let in."""
    address = str(claims.get("email", ""))
    if "email_verified" in claims:
        return bool(address) and str(claims["email_verified"]).lower() == "true"
    return address.rpartition("@")[2].lower() in settings.OIDC_VERIFIED_DOMAINS


def admit_person(claims: dict[str, Any]) -> User:
    """Add somebody new, where the settings name a role for them. Raises Refused."""
    if not settings.OIDC_NEW_PEOPLE_ROLE:
        raise Refused(_("Nobody here has this mail address. Ask an admin to add you with exactly this one."))
    name = str(claims.get("name") or claims["email"].partition("@")[0])[:120]
    try:
        return create_person(email=claims["email"], name=name, role=settings.OIDC_NEW_PEOPLE_ROLE)
    except ValidationError as refused:
        raise Refused(" ".join(refused.messages)) from refused


def is_linked(person: User) -> bool:
    """Whether somebody has come through the company's provider before."""
    return SocialAccount.objects.filter(user=person).exists()


def remove_link(*, person: User) -> None:
    """Forget which account at the provider is this person's; the next one with their address is linked."""
    SocialAccount.objects.filter(user=person).delete()
