"""Machines that talk to us: their tokens, and what they asked already."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.audit import audited
from crm.core.models.users import User

PREFIX = "prn_"


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def usable(self) -> Self:
        return self.filter(revoked_at=None, user__is_active=True).filter(
            Q(expires_at=None) | Q(expires_at__gt=timezone.now())
        )

    def matching(self, secret: str) -> Self:
        return self.filter(digest=digest_of(secret))


def digest_of(secret: str) -> str:
    """SHA-256 in hex. The secret is 256 random bits, so that a slow hash would protect nothing more."""
    return hashlib.sha256(secret.encode()).hexdigest()


@audited(exclude=("last_used_at",))
class ApiToken(models.Model):
    """A machine's key: acts as its owner, within the owner's role and its scopes. Only its hash is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("what it is for"), max_length=80)
    hint = models.CharField(max_length=12, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=40), verbose_name=_("may"))
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, editable=False)
    last_used_at = models.DateTimeField(null=True, editable=False)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("API token")

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)"

    @classmethod
    def issue(
        cls, *, user: User, name: str, scopes: list[str], expires_at: dt.datetime | None = None
    ) -> tuple[ApiToken, str]:
        """A new token and its secret, which is shown once and never stored."""
        secret = PREFIX + secrets.token_urlsafe(32)
        token = cls.objects.create(
            user=user,
            name=name,
            scopes=scopes,
            expires_at=expires_at,
            hint=secret[:8],
            digest=digest_of(secret),
        )
        return token, secret


class IdempotencyRecord(models.Model):
    """An answer given to a request with an Idempotency-Key, to be given again."""

    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=200)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="idempotency_key_once")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_by_age")]

    def __str__(self) -> str:
        return f"{self.key} → {self.status}"
