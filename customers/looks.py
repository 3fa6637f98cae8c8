"""The icon and the colour by which channels, tasks and statuses are known on every screen."""

from __future__ import annotations

from dataclasses import dataclass

from crm.core.registry import Tone
from customers.models import Channel, Mood, PurchaseStatus, TaskKind


@dataclass(frozen=True)
class Look:
    icon: str
    tone: Tone | str = "plain"


OTHER = Look(icon="circle")
TASKS = {
    TaskKind.TODO: Look(icon="checkbox", tone="brand"),
    TaskKind.CALL: Look(icon="phone", tone="brand"),
    TaskKind.FOLLOW_UP: Look(icon="corner-down-right", tone="brand"),
    TaskKind.RECOVERY: Look(icon="mood-sad", tone="bad"),
    TaskKind.QUIET: Look(icon="trending-down", tone="look"),
    TaskKind.THANK: Look(icon="heart-handshake", tone="brand"),
}
CHANNELS = {
    Channel.CALL: Look(icon="phone"),
    Channel.EMAIL: Look(icon="mail"),
    Channel.MEETING: Look(icon="calendar"),
    Channel.VISIT: Look(icon="map-pin"),
    Channel.CHAT: Look(icon="message"),
    Channel.TEXT: Look(icon="device-mobile-message"),
    Channel.SOCIAL: Look(icon="brand-x"),
    Channel.REVIEW: Look(icon="star"),
    Channel.EVENT: Look(icon="confetti"),
}
MOODS = {
    Mood.POSITIVE: Look(icon="mood-smile", tone="good"),
    Mood.NEUTRAL: Look(icon="mood-neutral"),
    Mood.NEGATIVE: Look(icon="mood-sad", tone="bad"),
}
STATUSES = {
    PurchaseStatus.ORDERED: Look(icon="shopping-cart", tone="look"),
    PurchaseStatus.SHIPPED: Look(icon="truck-delivery", tone="note"),
    PurchaseStatus.DELIVERED: Look(icon="package", tone="good"),
    PurchaseStatus.INSTALLED: Look(icon="tool", tone="good"),
}
