"""Why a message was not sent, or not yet, in words that a colleague on the phone can repeat."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Reason(models.TextChoices):
    """What `Message.reason` holds. The order of the first ones is the order of the checks."""

    NO_ADDRESS = "no_address", _("No mail address is known.")
    ARCHIVED = "archived", _("The person or the account is archived.")
    SUPPRESSED = "suppressed", _("The address is blocked: it bounced, complained or wants no mail at all.")
    NO_CONSENT = "no_consent", _("They have not agreed to this topic.")
    PAUSED = "paused", _("They asked for a pause.")
    NOT_WANTED = "not_wanted", _("It was no longer needed when its time came.")
    UNDECIDED = "undecided", _("Whether it is still needed could not be found out.")
    GAP = "gap", _("They heard from us too recently.")
    KIND_GAP = "kind_gap", _("They got a message of this kind too recently.")
    YEARLY_CAP = "yearly_cap", _("They have had as many messages as we allow in a year.")
    QUIET_HOURS = "quiet_hours", _("It is too early or too late in the day where they are.")
    DAILY_CAP = "daily_cap", _("They have had as many messages as we allow in a day.")
    CANCELLED = "cancelled", _("It was taken back before it was sent.")
    UNREACHABLE = "unreachable", _("Our mail server could not be reached.")
    TRY_LATER = "try_later", _("The mail server asked us to come back later.")
    REJECTED = "rejected", _("The mail server refused it.")
    CONTENT = "content", _("Its text could not be put together.")
    LOST = "lost", _("The connection broke at the last word: it may have arrived.")
    LEASE_OVER = "lease_over", _("The sender stopped in the middle: it may have arrived.")
