"""The figures of one bench run: printed with the machine and its load, and kept in var/bench.json."""

from __future__ import annotations

import json
import os
import platform
import resource
import time
from collections.abc import Sequence
from statistics import median, quantiles
from typing import Any

from crm.embedded.places import VAR

FIGURES: list[dict[str, Any]] = []


def note_times(
    *, name: str, milliseconds: Sequence[float], queries: int, web: float, database: float
) -> None:
    """Note how long a screen took each time, and the processor's milliseconds of a request on both sides."""
    cuts = quantiles(milliseconds, n=20)
    FIGURES.append(
        {
            "name": name,
            "n": len(milliseconds),
            "p50": cuts[9],
            "p95": cuts[18],
            "queries": queries,
            "web": web,
            "database": database,
        }
    )


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
    else:
        words = "{name:34} n {n:6}  {per_second:7.1f} a second  {megabytes:4} MB"
    return words.format(**figure)


def peak_megabytes() -> int:
    """The most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def yardstick() -> float:
    """Milliseconds that a fixed piece of work takes: how fast the machine is now, apart from its load."""
    times = []
    for _ in range(5):
        start = time.perf_counter()
        words = {number: f"{number}x" for number in range(100_000)}
        sorted(words.values())
        times.append(time.perf_counter() - start)
    return median(times) * 1000


def write_report() -> None:
    machine = (
        f"{os.cpu_count()} cores, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}, "
        f"yardstick {yardstick():.0f} ms"
    )
    print("\n" + "\n".join([machine, *map(line, FIGURES)]))
    print(f"peak memory of this process {peak_megabytes()} MB")
    report = {"machine": machine, "megabytes": peak_megabytes(), "figures": FIGURES}
    (VAR / "bench.json").write_text(json.dumps(report, indent=2))
