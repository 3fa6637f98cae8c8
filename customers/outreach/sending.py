"""Send what is due: claim, then window by window, nothing of it inside a transaction (DESIGN "Sending")."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.utils import timezone

from crm.core.models import Company
from crm.core.registry import registry
from customers.outreach.claiming import Claim, claim
from customers.outreach.mime import build_mail
from customers.outreach.models import Message, SendingPause
from customers.outreach.reasons import Reason
from customers.outreach.rendering import Rendered, render_message, values_of
from customers.outreach.services.pausing import paused_kinds
from customers.outreach.transport import Reply, Transport, Unreachable, make_transport
from customers.outreach.windows import ATTEMPTS, WINDOW, Outcome, give_back, recover, step

logger = logging.getLogger(__name__)

LONGEST_DRAIN = 30.0  # seconds; with one window on top still below a worker's time limit
LONGEST_WINDOW = 20.0
BACKOFF = (dt.timedelta(minutes=5), dt.timedelta(minutes=30))
UNREACHABLE_WAIT = dt.timedelta(seconds=30)


def never() -> bool:
    return False


def drain(*, seconds: float = LONGEST_DRAIN, stopping: Callable[[], bool] = never) -> int:
    """Decide about and send what is due, until nothing is or `seconds` are over.

    Answers how many messages were decided upon: 0 says that there is nothing to do at the moment, also when
    nobody takes mail. `stopping` is asked between windows. Any number of drains may run side by side.
    """
    ends = time.monotonic() + seconds
    handled = 0
    with make_transport(timeout=word_timeout()) as transport:
        while time.monotonic() < ends and not stopping():
            recover()
            paused = paused_kinds()
            claimed = claim(paused) if SendingPause.EVERYTHING not in paused else None
            if not (claimed and claimed.looked_at):
                break
            if not send_claimed(claimed, transport, until(ends, paused, stopping)):
                return 0
            handled += claimed.looked_at
    return handled


def until(ends: float, paused: frozenset[str], stopping: Callable[[], bool]) -> Callable[[], bool]:
    """Whether to end before the next window: told to, out of time, or something was paused meanwhile."""
    return lambda: stopping() or time.monotonic() > ends or paused_kinds() != paused


def word_timeout() -> float:
    """Seconds that a mail server gets for each word. A silent one must not outlast the lease by much."""
    return min(settings.EMAIL_TIMEOUT, settings.LEASE_SECONDS / 2)


def send_claimed(claimed: Claim, transport: Transport, stopping: Callable[[], bool]) -> bool:
    """Send a claim in windows; whatever was not begun goes back to the queue. Answers whether to go on."""
    company = Company.load()
    rest = claimed.message_ids
    outcomes: list[Outcome] = []
    try:
        while rest and not stopping():
            transport.open()
            window, rest = rest[:WINDOW], rest[WINDOW:]
            outcomes = send_window(step(claimed, outcomes, take=window), company, transport)
    except Unreachable as error:
        logger.warning("No mail can be sent: %s", error)
        step(claimed, outcomes, take=[])
        later = timezone.now() + UNREACHABLE_WAIT
        give_back(claimed, rest, state="deferred", reason=Reason.UNREACHABLE, due_at=later)
        return False
    step(claimed, outcomes, take=[])
    give_back(claimed, rest, state="planned", reason="", due_at=timezone.now())
    return True


def send_window(messages: Sequence[Message], company: Company, transport: Transport) -> list[Outcome]:
    """Send one window and say what became of each. What its time does not suffice for is put back."""
    ends = time.monotonic() + min(LONGEST_WINDOW, settings.LEASE_SECONDS / 2)
    values = values_of(messages, company)
    outcomes: list[Outcome] = []
    try:
        for message in messages:
            if time.monotonic() > ends:
                break
            outcomes.append(send_one(message, values.get(message.pk), company, transport))
    except Unreachable as error:
        logger.warning("No more mail can be sent: %s", error)
        later = timezone.now() + UNREACHABLE_WAIT
        return outcomes + put_back(messages[len(outcomes) :], Reason.UNREACHABLE, later)
    return outcomes + put_back(messages[len(outcomes) :], "", None)


def put_back(messages: Sequence[Message], reason: str, due_at: dt.datetime | None) -> list[Outcome]:
    """Nothing was said to anybody about these: they are due again and have used no attempt."""
    return [
        Outcome(message_id=message.pk, state="deferred", reason=reason, due_at=due_at, attempts=0)
        for message in messages
    ]


def send_one(
    message: Message, values: Mapping[str, Any] | None, company: Company, transport: Transport
) -> Outcome:
    """Raises Unreachable."""
    if values is None or message.version is None:
        return try_again(message, Reason.CONTENT, "Its values could not be found.")
    try:
        rendered = render_message(message, message.version, values)
        mail = build_mail(message, rendered, company, timezone.now())
    except Exception as error:  # whatever a content or an address brings up is this one message's failure
        return failed(message, Reason.CONTENT, f"{type(error).__name__}: {error}")
    return outcome_of(message, transport.send(mail), rendered)


def outcome_of(message: Message, reply: Reply, rendered: Rendered) -> Outcome:
    if reply.result == "accepted":
        return Outcome(message_id=message.pk, state="sent", subject=rendered.subject)
    if reply.result == "never":
        return failed(message, Reason.REJECTED, reply.words)
    if reply.result == "lost":
        return lost(message, reply, rendered)
    return try_again(message, Reason.TRY_LATER, reply.words)


def lost(message: Message, reply: Reply, rendered: Rendered) -> Outcome:
    """Nobody knows whether it arrived: never sent again, unless a second copy does no harm."""
    if registry.message_kinds[message.kind].transactional:
        return try_again(message, Reason.LOST, reply.words)
    return Outcome(
        message_id=message.pk,
        state="unknown",
        reason=Reason.LOST,
        detail=reply.words,
        subject=rendered.subject,
    )


def failed(message: Message, reason: Reason, detail: str) -> Outcome:
    return Outcome(message_id=message.pk, state="failed", reason=reason, detail=detail)


def try_again(message: Message, reason: Reason, detail: str) -> Outcome:
    """Later, a little longer each time; the third failure is final."""
    if message.attempts + 1 >= ATTEMPTS:
        return failed(message, reason, detail)
    later = timezone.now() + BACKOFF[message.attempts]
    return Outcome(message_id=message.pk, state="deferred", reason=reason, detail=detail, due_at=later)
