"""Many people with one message each, of a kind that every process of ours knows."""

from __future__ import annotations

from itertools import count

from customers.models import Account, Contact, Enrolment, Flow, FlowVersion
from customers.outreach.services import PlannedMessage, change_touch_rules, plan_messages
from tests.factories import create_account

crowds = count(1)


def plan_for_crowd(size: int, *, content: str = "after-delivery-inspect") -> Account:
    """Plan a nurture mail, due now, for `size` people of a new account, with no rule in its way."""
    change_touch_rules(gap_days=0, kind_gaps={}, yearly_cap=1000, daily_cap=1000, quiet_hours=False)
    account, crowd = create_account(), next(crowds)
    contacts = Contact.objects.bulk_create(
        Contact(account=account, first_name=f"Dana {n}", email=f"dana{n}@crowd{crowd}.example")
        for n in range(size)
    )
    flow = Flow.objects.create(slug=f"crowd-{crowd}", name="Crowd", state=Flow.State.RUNNING)
    version = FlowVersion.objects.create(flow=flow, number=1, steps=[], exits=[])
    enrolments = Enrolment.objects.bulk_create(
        Enrolment(
            version=version,
            flow=flow,
            account=account,
            contact=contact,
            key=f"crowd:{contact.pk}",
            state=Enrolment.State.DONE,
            ended_at=contact.created_at,
        )
        for contact in contacts
    )
    plan_messages(
        [
            PlannedMessage(
                kind="nurture",
                contact_id=enrolment.contact_id or 0,
                account_id=account.pk,
                reference=enrolment.pk,
                key=f"crowd:{enrolment.pk}",
                content=content,
            )
            for enrolment in enrolments
        ]
    )
    return account
