"""Write down how an attempt went, and switch off what has been failing for long."""

from __future__ import annotations

import datetime as dt
import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.core.models import WebhookDelivery, WebhookSubscription
from crm.core.telling import tell_admins
from crm.core.webhooks.subscriptions import switch_off

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 10
LONGEST_REST = dt.timedelta(minutes=5)


@dataclass(frozen=True)
class Outcome:
    """An answer, or why there is none."""

    delivery: WebhookDelivery
    status: int | None = None
    start: str = ""
    error: str = ""

    @property
    def is_good(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def settle(outcome: Outcome) -> bool:
    """Write an outcome down; True when the next may be tried. Who lost the lease changes nothing."""
    delivery = outcome.delivery
    with transaction.atomic():
        subscription = (
            WebhookSubscription.objects.select_for_update().filter(pk=delivery.subscription_id).first()
        )
        if not subscription or not keep_outcome(outcome):
            return False
        if outcome.is_good:
            return note_success(subscription)
        is_off = note_failure(subscription)
    if is_off:
        tell_that_it_is_off(subscription)
    return False


def keep_outcome(outcome: Outcome) -> bool:
    """The row's new state, if it is still ours."""
    delivery = outcome.delivery
    mine = WebhookDelivery.objects.filter(pk=delivery.pk, lease=delivery.lease)
    gives_up = delivery.attempts >= MAX_ATTEMPTS
    if outcome.is_good:
        state = WebhookDelivery.State.DELIVERED
    else:
        state = WebhookDelivery.State.DEAD if gives_up else WebhookDelivery.State.PENDING
    return bool(
        mine.update(
            state=state,
            lease=None,
            due_at=timezone.now() + backoff(delivery.attempts),
            tried_at=timezone.now(),
            answer_status=outcome.status,
            answer_start=outcome.start,
            last_error=outcome.error,
        )
    )


def note_success(subscription: WebhookSubscription) -> bool:
    if subscription.failures:
        subscription.failures, subscription.failing_since, subscription.resting_until = 0, None, None
        subscription.save(update_fields=["failures", "failing_since", "resting_until"])
    return subscription.is_active


def note_failure(subscription: WebhookSubscription) -> bool:
    """Let a receiver rest for a while; True when it was switched off for good."""
    now = timezone.now()
    subscription.failures += 1
    subscription.failing_since = subscription.failing_since or now
    subscription.resting_until = now + min(
        LONGEST_REST, dt.timedelta(seconds=2 ** min(subscription.failures, 9))
    )
    subscription.save(update_fields=["failures", "failing_since", "resting_until"])
    too_often = subscription.failures >= settings.WEBHOOK_OFF_AFTER_FAILURES
    too_long = now - subscription.failing_since >= dt.timedelta(days=settings.WEBHOOK_OFF_AFTER_DAYS)
    if not subscription.is_active or not (too_often or too_long):
        return False
    switch_off(subscription=subscription, because=why_off(subscription))
    return True


def why_off(subscription: WebhookSubscription) -> str:
    return _("%(count)d attempts in a row failed.") % {"count": subscription.failures}


def tell_that_it_is_off(subscription: WebhookSubscription) -> None:
    logger.warning("Webhook %s was switched off after %s failures", subscription.pk, subscription.failures)
    tell_admins(
        subject=_("Webhook “%(name)s” was switched off") % {"name": subscription.name},
        lines=[why_off(subscription), _("Nothing is told to it until you switch it on again:")],
        place=reverse("webhook_deliveries", args=[subscription.pk]),
    )


def release(deliveries: Sequence[WebhookDelivery]) -> None:
    """Give claimed rows back that were never tried."""
    for delivery in deliveries:
        WebhookDelivery.objects.filter(pk=delivery.pk, lease=delivery.lease).update(
            lease=None, due_at=timezone.now(), attempts=F("attempts") - 1
        )


def backoff(attempts: int) -> dt.timedelta:
    """10 s, 30 s, 90 s … at most twelve hours, a fifth more or less: ten attempts take about a day."""
    seconds = min(12 * 3600, 10 * 3 ** (attempts - 1))
    return dt.timedelta(seconds=seconds * random.uniform(0.8, 1.2))
