"""Consent, the touch budget, and messages as rows with states."""

from customers.outreach.models.clicks import Click, ClickRules, ContentLink, LinkMonth, MessageClicks
from customers.outreach.models.consent import ConsentRecord, Subscription, Suppression, Topic
from customers.outreach.models.feedback import MailEvent, SendingPause
from customers.outreach.models.limits import Breaker, SendingLimit, SendingPace
from customers.outreach.models.messages import Content, ContentVersion, Message
from customers.outreach.models.touch import LONGEST_GAP, ContactTouch, Touch, TouchRules

__all__ = [
    "LONGEST_GAP",
    "Breaker",
    "Click",
    "ClickRules",
    "ConsentRecord",
    "ContactTouch",
    "Content",
    "ContentLink",
    "ContentVersion",
    "LinkMonth",
    "MailEvent",
    "Message",
    "MessageClicks",
    "SendingLimit",
    "SendingPace",
    "SendingPause",
    "Subscription",
    "Suppression",
    "Topic",
    "Touch",
    "TouchRules",
]
