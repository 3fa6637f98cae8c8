"""How long the server takes for the screens that people live in, with BENCH_ACCOUNTS (`make bench`).

Two web processes as in production, asked over HTTP by somebody who has signed in: the screens in turn, one
request after the other, after a few that are not counted.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from html import unescape

import pytest
from pytest_django import DjangoDbBlocker

from customers.services.summaries import count_differing
from tests.bench import company
from tests.bench.browser import LOG, TALK, Ask, Browser, Took, clock, cost, queries_of
from tests.bench.figures import note_rate, note_times, peak_megabytes
from tests.bench.machine import note_speed
from tests.bench.seeding import CHIEF, FULL, GROUP, MANAGER, REP
from tests.fixtures.processes import Site, running_site

WARM, ROUNDS = 10, 100
FILTERED = "/customers/?industry=Education&kind=company"
SCREENS: list[tuple[str, str, str]] = [
    ("Today", MANAGER, "/"),
    ("list, two filters", MANAGER, FILTERED),
    ("list, next page", CHIEF, "next page"),
    ("Ctrl+K, part of a name", MANAGER, "/palette/?q=belm"),
    ("account, 1,000 entries", MANAGER, f"/customers/{FULL}/"),
    ("account, its cards", MANAGER, f"/customers/{FULL}/cards/"),
    ("log an interaction", MANAGER, "log"),
    ("Today, 40,000 accounts", CHIEF, "/"),
    ("list, 40,000 accounts", CHIEF, FILTERED),
    ("list, sees all", REP, FILTERED),
    ("list, nobody fits", REP, "/customers/?industry=Piracy&quiet=6"),
    ("list, common word", REP, "/customers/?q=school"),
    ("Ctrl+K, two letters", REP, "/palette/?q=be"),
    ("Ctrl+K, common word", REP, "/palette/?q=school"),
    ("account, 500 parts", MANAGER, f"/customers/{GROUP}/"),
]


@pytest.fixture(scope="module")
def site(django_db_blocker: DjangoDbBlocker) -> Iterator[Site]:
    with (
        django_db_blocker.unblock(),
        company.seeded() as environment,
        running_site(email_url="smtp://127.0.0.1:9", WEB_CONCURRENCY="2", **environment) as running,
    ):
        yield running


def test_screens(site: Site) -> None:
    browsers = {who: Browser(site, who) for who in (MANAGER, CHIEF, REP)}
    asks = {name: ask_for(browsers[who], path) for name, who, path in SCREENS}
    took: dict[str, list[Took]] = {name: [] for name in asks}
    for one in range(WARM + ROUNDS):
        note_speed()
        for name, ask in asks.items():
            answer = clock(ask)
            if one >= WARM:
                took[name].append(answer)
    for name, who, path in SCREENS:
        web, database = cost(site, asks[name], ROUNDS // 4)
        queries = queries_of(who, path)
        note_times(
            name=name,
            milliseconds=[one.milliseconds for one in took[name]],
            calm=[one.milliseconds for one in took[name] if not one.was_disturbed],
            queries=queries,
            web=web,
            database=database,
        )
    assert {len(times) for times in took.values()} == {ROUNDS}


def ask_for(browser: Browser, path: str) -> Ask:
    """What one looks at, or does, once."""
    if path == "log":
        return lambda: browser.send(LOG, TALK)
    if path == "next page":
        found = re.search(r'rel="next" href="([^"]+)"', browser.read(FILTERED))
        assert found, "one page only"
        path = "/customers/" + unescape(found[1])
    return lambda: browser.read(path)


def test_summaries_are_compared(site: Site) -> None:
    """What housekeeping does every night: all summaries with what they sum up."""
    start = time.perf_counter()
    assert count_differing() == 0
    seconds = time.perf_counter() - start
    note_rate(name="summaries compared", n=company.ACCOUNTS, seconds=seconds, megabytes=peak_megabytes())
