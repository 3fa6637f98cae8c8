"""How answers follow a customer through merge, export and erasure."""

from __future__ import annotations

from crm.core.registry import CustomerData

CUSTOMER_DATA = [
    CustomerData(
        model="surveys.Invitation",
        contact="contact",
        account="account",
        export=("survey__name", "purchase__number", "state", "due_at", "sent_at"),
    ),
    CustomerData(
        model="surveys.Response",
        contact="contact",
        account="account",
        export=("survey__question", "score", "state", "first_at", "sent_at"),
    ),
    CustomerData(
        model="surveys.ResponseWords",
        contact="response__contact",
        account="response__account",
        merge="span",
        export=("text",),
        erase="delete",
    ),
    CustomerData(
        model="surveys.ResponseRevision",
        contact="response__contact",
        account="response__account",
        merge="span",
        export=("number", "score", "state", "at"),
    ),
    CustomerData(
        model="surveys.ScoreClick",
        contact="invitation__contact",
        account="invitation__account",
        merge="span",
        export=("link", "score", "at"),
    ),
]
