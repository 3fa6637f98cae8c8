"""What a step answers: how the flow goes on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class Next:
    """Done; the next step may follow at once."""

    outcome: str = ""


@dataclass(frozen=True)
class Wait:
    """Done; the next step may follow at `until`."""

    until: dt.datetime
    outcome: str = ""


@dataclass(frozen=True)
class Finish:
    """The flow ends here, whatever would follow."""

    outcome: str = ""


Result = Next | Wait | Finish
