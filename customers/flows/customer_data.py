"""How enrolments follow a customer through merge, export and erasure."""

from __future__ import annotations

from crm.core.registry import CustomerData

CUSTOMER_DATA = [
    CustomerData(
        model="customers.Enrolment",
        contact="contact",
        account="account",
        export=("flow__name", "state", "entered_at", "ended_at"),
        erase={"outcome": ""},
    ),
    CustomerData(
        model="customers.StepRun",
        contact="enrolment__contact",
        account="enrolment__account",
        merge="span",
        export=("enrolment__flow__name", "step", "at"),
    ),
]
