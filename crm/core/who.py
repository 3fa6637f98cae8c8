"""Who asks: the session and the person behind it, which every request looks up."""

from __future__ import annotations

import datetime as dt
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from crm.core.compiled import compiled
from crm.core.models import User


@compiled
def live_session(key: str, now: dt.datetime) -> QuerySet[Session]:
    return Session.objects.filter(session_key=key, expire_date__gt=now)


@compiled
def person_of(pk: int) -> QuerySet[User]:
    return User.objects.filter(pk=pk)


class SessionStore(db.SessionStore):
    """Django's sessions in the database."""

    def _get_session_from_db(self) -> Session | None:
        found = live_session(str(self.session_key), timezone.now())
        if found:
            return found[0]
        self._session_key = None
        return None


class StaffBackend(AuthenticationBackend):
    """allauth's sign-in by mail address."""

    def get_user(self, user_id: Any) -> User | None:
        found = person_of(int(user_id))
        return found[0] if found and self.user_can_authenticate(found[0]) else None
