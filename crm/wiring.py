"""Where the apps meet: who reacts to what, and what each app offers to all. Read this first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import campaigns.defaults
import campaigns.exits
import campaigns.exports
import campaigns.messages
import campaigns.navigation
import campaigns.panels
import campaigns.reactions
import campaigns.timeline_kinds
import crm.core.exports.jobs
import crm.core.housekeeping.chores
import crm.core.places
import crm.core.tasks
import crm.home.navigation
import customers.checks
import customers.customer_data
import customers.defaults
import customers.exports
import customers.flows.customer_data
import customers.flows.exits
import customers.flows.steps
import customers.import_traces
import customers.importers
import customers.imports.jobs
import customers.imports.reverting.jobs
import customers.imports.scheduled.looking
import customers.navigation
import customers.outreach.clicks.chores
import customers.outreach.customer_data
import customers.outreach.exports
import customers.outreach.feedback.chores
import customers.outreach.navigation
import customers.palette
import customers.tasks
import customers.timeline_kinds
import loyalty.checks
import loyalty.customer_data
import loyalty.defaults
import loyalty.exports
import loyalty.import_traces
import loyalty.importers
import loyalty.jobs
import loyalty.messages
import loyalty.named_people
import loyalty.navigation
import loyalty.panels
import loyalty.reactions
import loyalty.tasks
import loyalty.timeline_kinds
import surveys.chores
import surveys.customer_data
import surveys.defaults
import surveys.exports
import surveys.import_traces
import surveys.importers
import surveys.messages
import surveys.navigation
import surveys.panels
import surveys.reactions
import surveys.tasks
import surveys.timeline_kinds
from crm.core.events import Event
from crm.core.registry import Reaction, registry
from customers.events import (
    DeliveryDateCorrected,
    FlowEntered,
    FlowLeft,
    InteractionLogged,
    MessageSettled,
    PurchaseRecorded,
    PurchaseStatusChanged,
    ReturnRecorded,
    RowsTakenBack,
    TaskDone,
)
from loyalty.events import ReferralMade
from surveys.events import SurveyAnswered

# What happens when … A reaction is one function in APP/reactions.py.
REACTIONS: dict[type[Event], Sequence[Reaction]] = {
    PurchaseRecorded: [loyalty.reactions.give_points],
    PurchaseStatusChanged: [
        loyalty.reactions.hold_points,
        campaigns.reactions.welcome_first_delivery,
        surveys.reactions.ask_after_delivery,
    ],
    DeliveryDateCorrected: [loyalty.reactions.hold_points, surveys.reactions.ask_after_delivery],
    ReturnRecorded: [loyalty.reactions.take_points_back],
    RowsTakenBack: [
        loyalty.reactions.settle_points,
        loyalty.reactions.take_openings_back,
        campaigns.reactions.end_runs,
    ],
    SurveyAnswered: [loyalty.reactions.ask_promoter],
    MessageSettled: [surveys.reactions.follow_invitation],
    TaskDone: [surveys.reactions.close_recovery],
    FlowEntered: [campaigns.reactions.note_entry],
    FlowLeft: [campaigns.reactions.note_end],
}


# What each app offers to all, under the names of the registry's slots.
OFFERED: dict[str, list[Any]] = {
    "events": [InteractionLogged, ReferralMade, *REACTIONS],
    "defaults": [
        customers.defaults.install,
        campaigns.defaults.install,
        surveys.defaults.install,
        loyalty.defaults.install,
    ],
    "nav": [
        *crm.home.navigation.NAV,
        *customers.navigation.NAV,
        *customers.outreach.navigation.NAV,
        *crm.core.places.NAV,
        *campaigns.navigation.NAV,
        *surveys.navigation.NAV,
        *loyalty.navigation.NAV,
    ],
    "settings_sections": [
        *crm.core.places.SETTINGS,
        *customers.navigation.SETTINGS_SECTIONS,
        *customers.outreach.navigation.SETTINGS_SECTIONS,
        *surveys.navigation.SETTINGS_SECTIONS,
    ],
    "panels": [*campaigns.panels.PANELS, *surveys.panels.PANELS, *loyalty.panels.PANELS],
    "today_cards": [*surveys.panels.TODAY_CARDS],
    "palette": [
        *customers.palette.PALETTE,
        *campaigns.navigation.PALETTE,
        *surveys.navigation.PALETTE,
        *loyalty.navigation.PALETTE,
    ],
    "timeline_kinds": [
        *customers.timeline_kinds.TIMELINE_KINDS,
        *campaigns.timeline_kinds.TIMELINE_KINDS,
        *surveys.timeline_kinds.TIMELINE_KINDS,
        *loyalty.timeline_kinds.TIMELINE_KINDS,
    ],
    "job_kinds": [
        *crm.core.exports.jobs.JOB_KINDS,
        *customers.imports.jobs.JOB_KINDS,
        *customers.imports.reverting.jobs.JOB_KINDS,
        *loyalty.jobs.JOB_KINDS,
    ],
    "exports": [
        *customers.exports.EXPORTS,
        *customers.outreach.exports.EXPORTS,
        *surveys.exports.EXPORTS,
        *loyalty.exports.EXPORTS,
        *campaigns.exports.EXPORTS,
    ],
    "importers": [*customers.importers.IMPORTERS, *surveys.importers.IMPORTERS, *loyalty.importers.IMPORTERS],
    "chores": [
        *crm.core.housekeeping.chores.CHORES,
        *customers.imports.jobs.CHORES,
        *customers.outreach.clicks.chores.CHORES,
        *customers.outreach.feedback.chores.CHORES,
        *surveys.chores.CHORES,
    ],
    "checks": [*customers.checks.CHECKS, *loyalty.checks.CHECKS],
    "periodic": [
        *crm.core.tasks.PERIODIC,
        *customers.tasks.PERIODIC,
        *customers.imports.jobs.PERIODIC,
        *customers.imports.scheduled.looking.PERIODIC,
        *surveys.tasks.PERIODIC,
        *loyalty.tasks.PERIODIC,
    ],
    "message_kinds": [
        *campaigns.messages.MESSAGE_KINDS,
        *surveys.messages.MESSAGE_KINDS,
        *loyalty.messages.MESSAGE_KINDS,
    ],
    "steps": [*customers.flows.steps.STEPS],
    "exits": [*customers.flows.exits.EXITS, *campaigns.exits.EXITS],
    "customer_data": [
        *customers.customer_data.CUSTOMER_DATA,
        *customers.flows.customer_data.CUSTOMER_DATA,
        *customers.outreach.customer_data.CUSTOMER_DATA,
        *surveys.customer_data.CUSTOMER_DATA,
        *loyalty.customer_data.CUSTOMER_DATA,
    ],
    "import_traces": [
        *customers.import_traces.IMPORT_TRACES,
        *surveys.import_traces.IMPORT_TRACES,
        *loyalty.import_traces.IMPORT_TRACES,
    ],
    "named_people": [*loyalty.named_people.NAMED_PEOPLE],
}


def wire() -> None:
    """Fill the registry with what every app offers; called once per process by `crm.apps`."""
    registry.fill(reactions=REACTIONS, **OFFERED)
