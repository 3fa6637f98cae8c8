"""Tables that every app stands on."""

from crm.core.models.api import ApiToken, ApiUsage, IdempotencyRecord
from crm.core.models.company import Company, Singleton
from crm.core.models.jobs import Job, Tick
from crm.core.models.outbox import Delivery, OutboxEvent
from crm.core.models.users import Role, Team, TeamMember, Theme, User

__all__ = [
    "ApiToken",
    "ApiUsage",
    "Company",
    "Delivery",
    "IdempotencyRecord",
    "Job",
    "OutboxEvent",
    "Role",
    "Singleton",
    "Team",
    "TeamMember",
    "Theme",
    "Tick",
    "User",
]
