"""How fast the machine is while something is measured: its processors may be shared with others."""

from __future__ import annotations

import os
import platform
import time
from statistics import median

import psutil

YARDSTICK: list[float] = []
BEGAN = time.monotonic()


def stolen() -> float:
    """The seconds in which somebody else had this machine's processors, since it was started."""
    return psutil.cpu_times().steal if psutil.LINUX else 0.0


STOLEN_BEFORE = stolen()


def note_speed() -> None:
    """Note the milliseconds that a fixed piece of work takes now."""
    start = time.perf_counter()
    words = {number: f"{number}x" for number in range(100_000)}
    sorted(words.values())
    YARDSTICK.append((time.perf_counter() - start) * 1000)


def describe() -> str:
    """The machine, its load, the yardstick over the run, and what part of its time others had."""
    for _ in range(5):
        note_speed()
    cores = os.cpu_count() or 1
    share = 100 * (stolen() - STOLEN_BEFORE) / ((time.monotonic() - BEGAN) * cores)
    return (
        f"{cores} cores, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}, yardstick "
        f"{min(YARDSTICK):.0f} to {max(YARDSTICK):.0f} ms, median {median(YARDSTICK):.0f} ms, "
        f"{share:.1f} % stolen"
    )
