"""Send what is due: claim, then window by window, nothing of it inside a transaction (DESIGN "Sending")."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.utils import timezone

from crm.core.registry import registry
from customers.outreach.breaker import Gate
from customers.outreach.claiming import CLAIM, Claim, claim
from customers.outreach.feedback.recording import Kind, Report, record_feedback
from customers.outreach.letters import Letter
from customers.outreach.limits import CLAIM_SECONDS, WINDOW_SECONDS, Limiter
from customers.outreach.mime import Mail
from customers.outreach.models import SendingPause
from customers.outreach.providers import make_transport
from customers.outreach.reasons import Reason
from customers.outreach.rendering import Rendered
from customers.outreach.services.pausing import paused_kinds
from customers.outreach.transport import Reply, Transport, Unreachable
from customers.outreach.windows import (
    ATTEMPTS,
    STEP,
    WINDOW,
    Outcome,
    give_back,
    locks_end_with_lease,
    recover,
    step,
)
from customers.outreach.writing import Writer

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
    STEP.plan_anew()
    with locks_end_with_lease(), make_transport(timeout=word_timeout()) as transport:
        way = Way(transport)
        while time.monotonic() < ends and not stopping():
            recover()
            paused = paused_kinds()
            over = until(ends, paused, stopping)
            if SendingPause.EVERYTHING in paused or not way.is_free(over):
                break
            claimed = claim(paused, at_most=way.limiter.most(CLAIM_SECONDS, at_most=CLAIM))
            if not claimed.looked_at:
                break
            if not send_claimed(claimed, way, over):
                return 0
            handled += claimed.looked_at
    return handled


@dataclass
class Way:
    """How mail leaves in one drain: what it is handed to, whether that takes any, and how fast."""

    transport: Transport
    gate: Gate = field(default_factory=Gate)
    limiter: Limiter = field(default_factory=Limiter)

    def is_free(self, stopping: Callable[[], bool]) -> bool:
        """Asked before each claim; waits for a limit that is used up."""
        self.limiter = Limiter.load()
        return self.limiter.wait(stopping) and self.gate.lets_through()


def until(ends: float, paused: frozenset[str], stopping: Callable[[], bool]) -> Callable[[], bool]:
    """Whether to end before the next window: told to, out of time, or something was paused meanwhile."""
    return lambda: stopping() or time.monotonic() > ends or paused_kinds() != paused


def word_timeout() -> float:
    """Seconds that a mail server gets for each word. A silent one must not outlast the lease by much."""
    return min(settings.EMAIL_TIMEOUT, settings.LEASE_SECONDS / 2)


def send_claimed(claimed: Claim, way: Way, stopping: Callable[[], bool]) -> bool:
    """Send a claim in windows; whatever was not begun goes back to the queue. Answers whether to go on."""
    writer = Writer()
    rest = claimed.message_ids
    outcomes: list[Outcome] = []
    try:
        while rest and not stopping() and not way.gate.open:
            if way.limiter.resumes > time.monotonic():  # nothing in hand, and nothing left open either
                step(claimed, outcomes, take=[])
                outcomes = []
                if not way.limiter.wait(stopping):
                    break
            way.transport.open()
            size = way.limiter.most(WINDOW_SECONDS, at_most=WINDOW)
            window, rest = rest[:size], rest[size:]
            outcomes = send_window(step(claimed, outcomes, take=window), writer, way)
    except Unreachable as error:
        way.gate.note_failure(str(error))
        step(claimed, outcomes, take=[])
        later = timezone.now() + UNREACHABLE_WAIT
        give_back(claimed, rest, state="deferred", reason=Reason.UNREACHABLE, due_at=later)
        return False
    step(claimed, outcomes, take=[])
    give_back(claimed, rest, state="planned", reason="", due_at=timezone.now())
    return not way.gate.open


def send_window(letters: Sequence[Letter], writer: Writer, way: Way) -> list[Outcome]:
    """Send one window and say what became of each. What its time does not suffice for is put back."""
    window = Window(letters, writer, way)
    try:
        window.send()
    except Unreachable as error:
        way.gate.note_failure(str(error))
        return window.outcomes + put_back(window.undecided(), Reason.UNREACHABLE)
    return window.outcomes + put_back(window.undecided(), "")


class Window:
    """Messages that are ours to send now, and what became of them."""

    def __init__(self, letters: Sequence[Letter], writer: Writer, way: Way) -> None:
        self.letters = letters
        self.writer = writer
        self.way = way
        self.ends = time.monotonic() + min(LONGEST_WINDOW, settings.LEASE_SECONDS / 2)
        self.values = writer.values_of(letters)
        self.outcomes: list[Outcome] = []

    def send(self) -> None:
        """One after the other. Without a limit the next one is written while this one is on its way.

        Raises Unreachable.
        """
        written = self.written()
        turn = next(written, None)
        while turn and not self.way.gate.open:
            following = None if self.way.limiter.limits else next(written, None)
            self.outcomes.append(self.hand_over(*turn, following[1] if following else None))
            turn = following or next(written, None)

    def written(self) -> Iterator[tuple[Letter, Mail]]:
        """What can be written, each when its time has come; failures are outcomes at once."""
        for letter in self.way.limiter.paced(self.letters, until=self.ends):
            values = self.values.get(letter.pk)
            if values is None or letter.version_id is None:
                self.outcomes.append(try_again(letter, Reason.CONTENT, "Its values could not be found."))
                continue
            try:
                mail = self.writer.write(letter, values)
            except Exception as error:  # what a content or an address brings up is this one message's failure
                self.outcomes.append(failed(letter, Reason.CONTENT, f"{type(error).__name__}: {error}"))
            else:
                yield letter, mail

    def hand_over(self, letter: Letter, mail: Mail, following: Mail | None) -> Outcome:
        reply = self.way.transport.send(mail, following)
        self.way.gate.heed(reply)
        if reply.bounced:
            record_feedback(told_at_once(letter, mail, reply))
        return outcome_of(letter, reply, mail.rendered)

    def undecided(self) -> list[Letter]:
        decided = {outcome.message_id for outcome in self.outcomes}
        return [letter for letter in self.letters if letter.pk not in decided]


def put_back(letters: Sequence[Letter], reason: str) -> list[Outcome]:
    """Nothing was said to anybody about these: they are due again and have used no attempt."""
    due_at = timezone.now() + UNREACHABLE_WAIT if reason else None
    return [
        Outcome(message_id=letter.pk, state="deferred", reason=reason, due_at=due_at, attempts=0)
        for letter in letters
    ]


def told_at_once(letter: Letter, mail: Mail, reply: Reply) -> Report:
    """A server that knows its recipients spares us the letter that others send back."""
    return Report(
        kind=Kind.HARD,
        provider="smtp",
        event_id=str(letter.pk),
        at=timezone.now(),
        token=mail.token,
        detail=reply.words.replace("\0", ""),
    )


def outcome_of(letter: Letter, reply: Reply, rendered: Rendered) -> Outcome:
    if reply.result == "accepted":
        return Outcome(message_id=letter.pk, state="sent", detail=reply.words, subject=rendered.subject)
    if reply.result == "never":
        return failed(letter, Reason.REJECTED, reply.words)
    if reply.result == "lost":
        return lost(letter, reply, rendered)
    return try_again(letter, Reason.TRY_LATER, reply.words)


def lost(letter: Letter, reply: Reply, rendered: Rendered) -> Outcome:
    """Nobody knows whether it arrived: never sent again, unless a second copy does no harm."""
    if registry.message_kinds[letter.kind].transactional:
        return try_again(letter, Reason.LOST, reply.words)
    return Outcome(
        message_id=letter.pk,
        state="unknown",
        reason=Reason.LOST,
        detail=reply.words,
        subject=rendered.subject,
    )


def failed(letter: Letter, reason: Reason, detail: str) -> Outcome:
    return Outcome(message_id=letter.pk, state="failed", reason=reason, detail=detail)


def try_again(letter: Letter, reason: Reason, detail: str) -> Outcome:
    """Later, a little longer each time; the third failure is final."""
    if letter.attempts + 1 >= ATTEMPTS:
        return failed(letter, reason, detail)
    later = timezone.now() + BACKOFF[letter.attempts]
    return Outcome(message_id=letter.pk, state="deferred", reason=reason, detail=detail, due_at=later)
