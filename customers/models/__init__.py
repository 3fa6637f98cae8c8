"""Tables of the customers app; outreach and flows keep theirs beside their code."""

from customers.flows.models import Enrolment, Flow, FlowVersion, StepRun
from customers.models.accounts import Account, AccountLink, AccountSummary
from customers.models.contacts import Contact, ContactRole
from customers.models.imports import FormerRow, ImportChange
from customers.models.interactions import Channel, Interaction, InteractionContact, Mood
from customers.models.named_maps import NamedMap
from customers.models.products import Product, ProductLine
from customers.models.purchases import Purchase, PurchaseLine, PurchaseStatus, Return, ReturnLine
from customers.models.schedules import ImportSchedule, TakenFile
from customers.models.tasks import Task, TaskKind
from customers.models.timeline import TimelineEntry, TimelineWords
from customers.outreach.models import (
    Breaker,
    Click,
    ClickRules,
    ConsentRecord,
    ContactTouch,
    Content,
    ContentLink,
    ContentVersion,
    LinkMonth,
    MailEvent,
    Message,
    MessageClicks,
    SendingLimit,
    SendingPace,
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
    "Breaker",
    "Channel",
    "Click",
    "ClickRules",
    "ConsentRecord",
    "Contact",
    "ContactRole",
    "ContactTouch",
    "Content",
    "ContentLink",
    "ContentVersion",
    "Enrolment",
    "Flow",
    "FlowVersion",
    "FormerRow",
    "ImportChange",
    "ImportSchedule",
    "Interaction",
    "InteractionContact",
    "LinkMonth",
    "MailEvent",
    "Message",
    "MessageClicks",
    "Mood",
    "NamedMap",
    "Product",
    "ProductLine",
    "Purchase",
    "PurchaseLine",
    "PurchaseStatus",
    "Return",
    "ReturnLine",
    "SendingLimit",
    "SendingPace",
    "SendingPause",
    "StepRun",
    "Subscription",
    "Suppression",
    "TakenFile",
    "Task",
    "TaskKind",
    "TimelineEntry",
    "TimelineWords",
    "Topic",
    "Touch",
    "TouchRules",
]
