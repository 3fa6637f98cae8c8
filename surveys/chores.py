"""What surveys clear away."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.core.housekeeping.chores import Chore, before, delete_in_batches
from crm.core.models import Retention
from surveys.models import ScoreClick


def forget_clicks(retention: Retention) -> int:
    return delete_in_batches(ScoreClick.objects.filter(at__lt=before(retention.clicks)))


CHORES = [Chore(name="survey clicks", label=_("Clicks in survey mails"), run=forget_clicks)]
