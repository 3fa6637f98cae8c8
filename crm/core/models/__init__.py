"""Tables that every app stands on."""

from crm.core.models.api import ApiToken, IdempotencyRecord
from crm.core.models.company import Company, Singleton
from crm.core.models.downloads import Download
from crm.core.models.housekeeping import Comparison, HousekeepingRun, Retention
from crm.core.models.jobs import Job, Tick
from crm.core.models.outbox import Delivery, OutboxEvent
from crm.core.models.throttle import ThrottleCount
from crm.core.models.users import Role, Team, TeamMember, Theme, User
from crm.core.models.webhooks import WebhookDelivery, WebhookSubscription

__all__ = [
    "ApiToken",
    "Company",
    "Comparison",
    "Delivery",
    "Download",
    "HousekeepingRun",
    "IdempotencyRecord",
    "Job",
    "OutboxEvent",
    "Retention",
    "Role",
    "Singleton",
    "Team",
    "TeamMember",
    "Theme",
    "ThrottleCount",
    "Tick",
    "User",
    "WebhookDelivery",
    "WebhookSubscription",
]
