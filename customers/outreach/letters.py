"""What sending knows about a message: a row of plain values, quicker made than model instances."""

from __future__ import annotations

from typing import NamedTuple, Self

from customers.outreach.models import Message, Topic

# In the order of the fields below; `m`, `c`, `a`, `topic` and `content` stand for the tables.
COLUMNS = """
    m.id, m.kind, m.reference, m.contact_id, m.topic_id, topic.basis, content.slug, m.message_id, m.attempts,
    c.first_name, c.last_name, a.name, content.count_clicks
"""


class Letter(NamedTuple):
    """A message with what its mail needs, as one statement has read it."""

    pk: int
    kind: str
    reference: int
    contact_id: int
    topic: str
    basis: str
    content: str
    message_id: str
    attempts: int
    first_name: str
    last_name: str
    account_name: str
    count_clicks: bool
    address: str
    version_id: int | None

    @classmethod
    def of(cls, message: Message) -> Self:
        """The letter of one message, for showing it."""
        return cls(
            pk=message.pk,
            kind=message.kind,
            reference=message.reference,
            contact_id=message.contact_id,
            topic=message.topic_id,
            basis=message.topic.basis,
            content=message.content.slug,
            message_id=message.message_id,
            attempts=message.attempts,
            first_name=message.contact.first_name,
            last_name=message.contact.last_name,
            account_name=message.account.name,
            count_clicks=message.content.count_clicks,
            address=message.address or message.contact.email,
            version_id=message.version_id,
        )

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.address

    @property
    def may_end(self) -> bool:
        """Whether its recipient can say that there should be no more of these."""
        return self.basis != Topic.Basis.SERVICE
