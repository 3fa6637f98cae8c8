"""What was to be sent against what arrived."""

from __future__ import annotations

from collections import Counter

from customers.models import Message
from customers.outreach.models.messages import MessageQuerySet
from tests.fixtures.recording_sink import Recording


def all_settled(messages: MessageQuerySet) -> bool:
    """Whether nobody will try again. Asked in two halves, which have an index each."""
    held = [Message.State.CLAIMED, Message.State.SENDING]
    return not (messages.waiting().exists() or messages.filter(state__in=held).exists())


def reckon(messages: MessageQuerySet, sink: Recording, *, unknown_at_most: int) -> None:
    """None lost: each is settled, and what is called sent has come. None twice: no Message-ID came again."""
    arrived = Counter(sink.message_ids())
    states = Counter(messages.values_list("state", flat=True))
    sent = set(messages.filter(state=Message.State.SENT).values_list("message_id", flat=True))
    twice = sum(1 for times in arrived.values() if times > 1)
    for state, count in sorted(states.items()):
        print(f"{state:10} {count:7}")
    print(f"{'arrived':10} {len(arrived):7}, {twice} of them twice, {len(sent - set(arrived))} missing")
    assert states["sent"] + states["unknown"] == states.total()
    assert states["unknown"] <= unknown_at_most
    assert twice == 0
    assert sent <= set(arrived)
