"""The Net Promoter Score with honest uncertainty."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Literal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

Z95 = 1.96
TOO_FEW, FEW = 10, 30

Confidence = Literal["none", "too_few", "low", "good"]


@dataclass(frozen=True)
class Score:
    """An NPS with its 95 % interval, all from −100 to 100 and None without answers."""

    value: float | None
    low: float | None
    high: float | None
    n: int

    @property
    def confidence(self) -> Confidence:
        if self.n == 0:
            return "none"
        if self.n < TOO_FEW:
            return "too_few"
        return "low" if self.n < FEW else "good"

    @property
    def is_sayable(self) -> bool:
        """Whether there are enough answers to show a number at all."""
        return self.n >= TOO_FEW

    @property
    def verdict(self) -> str:
        """What to say beside the number, or instead of it."""
        if self.confidence == "none":
            return _("no answers yet")
        answers = ngettext("%(n)d answer", "%(n)d answers", self.n) % {"n": self.n}
        if self.confidence == "too_few":
            return _("%(answers)s, too few to say") % {"answers": answers}
        return (
            _("%(answers)s, low confidence") % {"answers": answers} if self.confidence == "low" else answers
        )


def nps(*, promoters: int, detractors: int, n: int) -> Score:
    """100 (P − D) / N with the adjusted Wald interval.

    n' = N + 3, p = (P + ¾)/n', d = (D + ¾)/n', v = p + d − (p − d)², 100 [(p − d) ± 1.96 √(v/n')], clamped
    (Rocks 2016, The American Statistician, "Interval Estimation for the Net Promoter Score").
    """
    if n == 0:
        return Score(None, None, None, 0)
    size = n + 3
    p, d = (promoters + 0.75) / size, (detractors + 0.75) / size
    reach = Z95 * sqrt((p + d - (p - d) ** 2) / size)
    low, high = (100 * max(-1.0, min(1.0, p - d + side * reach)) for side in (-1, 1))
    return Score(100 * (promoters - detractors) / n, low, high, n)
