"""How consent and messages follow a person through merge, export and erasure."""

from __future__ import annotations

from crm.core.registry import CustomerData

CUSTOMER_DATA = [
    CustomerData(
        model="customers.ConsentRecord",
        contact="contact",
        account="contact__account",
        merge="span",
        export=("topic__name", "granted", "at", "source", "proof"),
        erase="delete",
    ),
    CustomerData(
        model="customers.Subscription",
        contact="contact",
        account="contact__account",
        export=("topic__name", "granted", "since"),
        erase="delete",
    ),
    CustomerData(
        model="customers.ContactTouch",
        contact="contact",
        account="contact__account",
        export=("paused_until",),
        erase={"paused_until": None},  # the row itself is what a claim locks
    ),
    CustomerData(
        model="customers.Message",
        contact="contact",
        account="account",
        export=("content__name", "subject", "address", "state", "sent_at"),
        erase={"address": "", "subject": "", "detail": ""},
    ),
    CustomerData(
        model="customers.Touch",
        contact="contact",
        account="message__account",
        export=("kind", "at"),
    ),
    CustomerData(
        model="customers.MailEvent",
        contact="contact",
        account="contact__account",
        merge="span",
        export=("address", "kind", "at", "provider", "detail"),
        erase="delete",
    ),
    CustomerData(
        model="customers.Click",
        contact="message__contact",
        account="message__account",
        merge="span",  # a click follows its message
        export=("link__target", "at", "agent", "verdict"),
        erase={"agent": ""},
    ),
    CustomerData(
        model="customers.MessageClicks",
        contact="message__contact",
        account="message__account",
        merge="span",
        export=("message__subject", "human", "first_at"),
    ),
]
