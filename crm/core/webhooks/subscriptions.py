"""What admins do with webhooks."""

from __future__ import annotations

import secrets
from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.core.models import User, WebhookDelivery, WebhookSubscription
from crm.core.nudge import nudge
from crm.core.outgoing import Refused, check_url
from crm.core.registry import registry
from crm.core.sealing import seal

PREFIX = "whs_"
TEST_EVENT = "perennial.test"
ENDED = (WebhookDelivery.State.DELIVERED, WebhookDelivery.State.DEAD)


@transaction.atomic
def subscribe(
    *, name: str, url: str, events: Collection[str], made_by: User
) -> tuple[WebhookSubscription, str]:
    """A subscription and its secret, shown once. Raises ValidationError."""
    secret = new_secret()
    subscription = WebhookSubscription(made_by=made_by, sealed_secret=seal(secret))
    return change_subscription(subscription=subscription, name=name, url=url, events=events), secret


@transaction.atomic
def change_subscription(
    *, subscription: WebhookSubscription, name: str, url: str, events: Collection[str]
) -> WebhookSubscription:
    """Say anew what is told to which address. Raises ValidationError."""
    unknown = set(events) - set(registry.events)
    if unknown or not events:
        raise ValidationError({"events": _("Choose at least one of the events there are.")})
    try:
        check_url(url)
    except Refused as refused:
        raise ValidationError({"url": str(refused)}) from refused
    subscription.name, subscription.url, subscription.events = name.strip(), url, sorted(events)
    subscription.full_clean(exclude=["made_by", "failing_since", "resting_until"])
    subscription.save()
    return subscription


@transaction.atomic
def replace_secret(*, subscription: WebhookSubscription) -> str:
    """A new secret, shown once; the old one signs nothing more."""
    secret = new_secret()
    WebhookSubscription.objects.filter(pk=subscription.pk).update(sealed_secret=seal(secret))
    return secret


@transaction.atomic
def switch_on(*, subscription: WebhookSubscription) -> None:
    """Tell it of events again, what was waiting included."""
    WebhookSubscription.objects.filter(pk=subscription.pk).update(
        is_active=True, off_because="", failures=0, failing_since=None, resting_until=None
    )
    nudge("crm.core.tasks.deliver_webhooks")


@transaction.atomic
def switch_off(*, subscription: WebhookSubscription, because: str = "") -> None:
    """Tell it nothing more; what is waiting stays until it is switched on or grows too old."""
    WebhookSubscription.objects.filter(pk=subscription.pk).update(is_active=False, off_because=because[:300])


@transaction.atomic
def unsubscribe(*, subscription: WebhookSubscription) -> None:
    """Forget the subscription and all that was told to it."""
    WebhookDelivery.objects.filter(subscription=subscription).delete()
    subscription.delete()


@transaction.atomic
def send_test(*, subscription: WebhookSubscription) -> WebhookDelivery:
    """Tell it of an event that means nothing."""
    delivery = WebhookDelivery.objects.create(
        subscription=subscription, event=TEST_EVENT, data={"test": True}
    )
    wake(subscription.pk)
    return delivery


@transaction.atomic
def send_again(*, subscription: WebhookSubscription, ids: Collection[int] | None = None) -> int:
    """Deliver chosen ones that have ended once more, or all that were given up, under the ids they had."""
    found = WebhookDelivery.objects.filter(subscription=subscription)
    found = found.given_up() if ids is None else found.filter(pk__in=ids, state__in=ENDED)
    count = found.update(state=WebhookDelivery.State.PENDING, attempts=0, due_at=timezone.now(), lease=None)
    if count:
        wake(subscription.pk)
    return count


def wake(subscription_id: int) -> None:
    """A person is waiting for it: no rest after failures."""
    WebhookSubscription.objects.filter(pk=subscription_id).update(resting_until=None)
    nudge("crm.core.tasks.deliver_webhooks")


def new_secret() -> str:
    return PREFIX + secrets.token_urlsafe(32)
