"""How fast mail may leave."""

from __future__ import annotations

from django.db import transaction

from customers.outreach.models import SendingLimit, SendingPace


@transaction.atomic
def set_sending_limit(
    *,
    scope: str,
    name: str,
    messages: int,
    period: int = SendingLimit.Period.SECOND,
    burst: int = 0,
) -> SendingLimit:
    """Let no more than so many messages through, over all senders together, from the next claim on.

    Raises ValidationError.
    """
    SendingLimit(scope=scope, name=name, messages=messages, period=period, burst=burst).clean_fields()
    limit, _ = SendingLimit.objects.update_or_create(
        scope=scope, name=name, defaults={"messages": messages, "period": period, "burst": burst}
    )
    SendingPace.objects.get_or_create(limit=limit)
    return limit


@transaction.atomic
def lift_sending_limit(*, scope: str, name: str) -> bool:
    """Answers whether there was one."""
    return SendingLimit.objects.filter(scope=scope, name=name).delete()[0] > 0
