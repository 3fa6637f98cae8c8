"""The figures of one bench run: printed with the machine and its load, and kept in var/bench.json."""

from __future__ import annotations

import json
import resource
from collections.abc import Sequence
from statistics import quantiles
from typing import Any

from crm.embedded.places import VAR
from tests.bench.machine import describe

FIGURES: list[dict[str, Any]] = []
FEWEST_CALM = 20


def note_times(
    *,
    name: str,
    milliseconds: Sequence[float],
    calm: Sequence[float] = (),
    queries: int,
    web: float,
    database: float,
) -> None:
    """Note how long a screen took each time, and the processor's milliseconds of a request on both sides.

    `calm` are those times during which nobody else had the processors.
    """
    cuts = quantiles(milliseconds, n=20)
    figure = {
        "name": name,
        "n": len(milliseconds),
        "p50": cuts[9],
        "p95": cuts[18],
        "queries": queries,
        "web": web,
        "database": database,
    }
    if len(calm) >= FEWEST_CALM:
        figure |= {"calm": len(calm), "calm_p95": quantiles(calm, n=20)[18]}
    FIGURES.append(figure)


def note_rate(*, name: str, n: int, seconds: float, megabytes: int, **more: int) -> float:
    """Note how many a second were done, the memory of the largest process that did it, and `more` of it."""
    rate = n / seconds
    FIGURES.append({"name": name, "n": n, "per_second": round(rate, 1), "megabytes": megabytes, **more})
    return rate


def line(figure: dict[str, Any]) -> str:
    if "p50" in figure:
        words = (
            "{name:34} n {n:6}  p50 {p50:7.1f} ms  p95 {p95:7.1f} ms  {queries:3} queries"
            "  CPU: web {web:6.1f} ms, database {database:6.1f} ms"
        )
        if "calm" in figure:
            words += "  undisturbed {calm:4}: p95 {calm_p95:7.1f} ms"
    else:
        words = "{name:34} n {n:6}  {per_second:7.1f} a second  {megabytes:4} MB"
    return words.format(**figure)


def peak_megabytes() -> int:
    """The most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def write_report() -> None:
    machine = describe()
    print("\n" + "\n".join([machine, *map(line, FIGURES)]))
    print(f"peak memory of this process {peak_megabytes()} MB")
    report = {"machine": machine, "megabytes": peak_megabytes(), "figures": FIGURES}
    (VAR / "bench.json").write_text(json.dumps(report, indent=2))
