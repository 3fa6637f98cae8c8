"""What other apps ask of outreach: plan, cancel, consent, contents, pauses."""

from customers.outreach.services.consent import (
    pause_contact,
    record_consent,
    save_preferences,
    suppress,
    turn_off_everything,
    unsubscribe,
    unsuppress,
)
from customers.outreach.services.contents import ensure_content, shipped_mail
from customers.outreach.services.limits import lift_sending_limit, set_sending_limit
from customers.outreach.services.pausing import pause_sending, resume_sending, retry_failed
from customers.outreach.services.planning import (
    PlannedMessage,
    cancel_message,
    cancel_messages,
    plan_for_everybody,
    plan_messages,
    reschedule_messages,
)
from customers.outreach.services.rules import change_click_rules, change_touch_rules, switch_clicks
from customers.outreach.services.topics import ensure_topic

__all__ = [
    "PlannedMessage",
    "cancel_message",
    "cancel_messages",
    "change_click_rules",
    "change_touch_rules",
    "ensure_content",
    "ensure_topic",
    "lift_sending_limit",
    "pause_contact",
    "pause_sending",
    "plan_for_everybody",
    "plan_messages",
    "record_consent",
    "reschedule_messages",
    "resume_sending",
    "retry_failed",
    "save_preferences",
    "set_sending_limit",
    "shipped_mail",
    "suppress",
    "switch_clicks",
    "turn_off_everything",
    "unsubscribe",
    "unsuppress",
]
