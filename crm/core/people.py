"""Staff, their roles and their teams; and the tokens they hand to machines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.core.api.scopes import scopes_open_to
from crm.core.models import ApiToken, Role, Team, TeamMember, User


@transaction.atomic
def create_person(*, email: str, name: str, role: str, **fields: Any) -> User:
    """Add a staff member, who chooses a password through "forgot password". Raises ValidationError."""
    person = User(email=email.strip().lower(), name=name.strip(), role=role, **fields)
    person.set_unusable_password()
    person.full_clean()
    person.save()
    return person


@transaction.atomic
def update_person(*, person: User, **fields: Any) -> User:
    """Change a staff member. The last admin who may sign in stays one. Raises ValidationError."""
    list(User.objects.select_for_update().filter(role=Role.ADMIN, is_active=True).order_by("pk"))
    for name, value in fields.items():
        setattr(person, name, value)
    person.full_clean()
    person.save()
    if not User.objects.filter(role=Role.ADMIN, is_active=True).exists():
        raise ValidationError(_("Somebody must stay admin: make another person admin first."))
    return person


@transaction.atomic
def save_team(*, team: Team, name: str, members: Collection[User], managers: Collection[User]) -> Team:
    """Name a team and set who is in it; managers are members too. Raises ValidationError."""
    team.name = name.strip()
    team.full_clean()
    team.save()
    wanted = {person.pk: person in managers for person in [*members, *managers]}
    team.memberships.exclude(user__in=wanted).delete()
    for user_id, is_manager in wanted.items():
        TeamMember.objects.update_or_create(team=team, user_id=user_id, defaults={"is_manager": is_manager})
    return team


@transaction.atomic
def delete_team(*, team: Team) -> None:
    """Dissolve a team; its accounts stay with their owners."""
    team.delete()


@transaction.atomic
def issue_token(
    *, user: User, name: str, scopes: Collection[str], expires_at: dt.datetime | None = None
) -> tuple[ApiToken, str]:
    """A token and its secret, shown once. Raises ValidationError for scopes beyond the person's role."""
    allowed = scopes_open_to(user)
    if not scopes or not set(scopes) <= set(allowed):
        raise ValidationError({"scopes": _("Choose at least one of what your role allows.")})
    return ApiToken.issue(user=user, name=name.strip(), scopes=sorted(scopes), expires_at=expires_at)


@transaction.atomic
def revoke_token(*, token: ApiToken) -> None:
    """The token stops working with the next request."""
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
