"""Tables of the customers app; outreach and flows keep theirs beside their code."""

from customers.flows.models import Enrolment, Flow, FlowVersion, StepRun
from customers.models.accounts import Account, AccountLink, AccountSummary
from customers.models.contacts import Contact, ContactRole
from customers.models.interactions import Channel, Interaction, InteractionContact, Mood
from customers.models.products import Product, ProductLine
from customers.models.purchases import Purchase, PurchaseLine, PurchaseStatus, Return, ReturnLine
from customers.models.tasks import Task, TaskKind
from customers.models.timeline import TimelineEntry, TimelineWords
from customers.outreach.models import (
    ConsentRecord,
    ContactTouch,
    Content,
    ContentVersion,
    MailEvent,
    Message,
    SendingPause,
    Subscription,
    Suppression,
    Topic,
    Touch,
    TouchRules,
)

__all__ = [
    "Account",
    "AccountLink",
    "AccountSummary",
    "Channel",
    "ConsentRecord",
    "Contact",
    "ContactRole",
    "ContactTouch",
    "Content",
    "ContentVersion",
    "Enrolment",
    "Flow",
    "FlowVersion",
    "Interaction",
    "InteractionContact",
    "MailEvent",
    "Message",
    "Mood",
    "Product",
    "ProductLine",
    "Purchase",
    "PurchaseLine",
    "PurchaseStatus",
    "Return",
    "ReturnLine",
    "SendingPause",
    "StepRun",
    "Subscription",
    "Suppression",
    "Task",
    "TaskKind",
    "TimelineEntry",
    "TimelineWords",
    "Topic",
    "Touch",
    "TouchRules",
]
