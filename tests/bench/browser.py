"""A person who has signed in, as far as the server can tell."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.cookiejar import CookieJar
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.core.models import User
from tests.bench.company import POSTGRES, cpu_seconds
from tests.bench.machine import stolen
from tests.bench.seeding import FULL, PASSWORD
from tests.fixtures.processes import Site

Ask = Callable[[], object]
LOG = f"/customers/{FULL + 235}/log/"
TALK = {"channel": "call", "text": "They are happy."}


def is_piece(path: str) -> bool:
    """Asked for by HTMX, to be put into a page."""
    return path.startswith("/palette/") or path.endswith(("log", "/log/", "/cards/"))


class Browser:
    """Asks over HTTP, on a new connection each time, so that both web processes are asked."""

    def __init__(self, site: Site, address: str) -> None:
        self.site, self.jar = site, CookieJar()
        self.opener = build_opener(HTTPCookieProcessor(self.jar))
        self.read("/accounts/login/")
        self.send("/accounts/login/", {"login": address, "password": PASSWORD})
        assert any(cookie.name == "perennial_session" for cookie in self.jar), f"{address} cannot sign in"

    def read(self, path: str) -> str:
        return self.open(Request(self.site.url + path, headers=self.headers(path)))

    def send(self, path: str, fields: Mapping[str, str]) -> str:
        data = urlencode(fields).encode()
        return self.open(Request(self.site.url + path, data=data, headers=self.headers(path)))

    def open(self, request: Request) -> str:
        with self.opener.open(request) as answer:
            assert answer.status == 200
            return str(answer.read().decode())

    def headers(self, path: str) -> dict[str, str]:
        """Pieces of pages are asked for as HTMX does."""
        token = next((cookie.value for cookie in self.jar if cookie.name == "csrftoken"), "")
        headers = {"X-CSRFToken": token or "", "Referer": self.site.url}
        return headers | ({"HX-Request": "true"} if is_piece(path) else {})


@dataclass(frozen=True)
class Took:
    """The milliseconds until an answer was there, and whether somebody else had the processors meanwhile."""

    milliseconds: float
    was_disturbed: bool


def clock(ask: Ask) -> Took:
    before, start = stolen(), time.perf_counter()
    ask()
    milliseconds = (time.perf_counter() - start) * 1000
    return Took(milliseconds, was_disturbed=stolen() > before)


def cost(site: Site, ask: Ask, times: int) -> tuple[float, float]:
    """The processor's milliseconds of a request, of the web and of the database."""
    sides = site.process.popen.pid, POSTGRES.pid() or 0
    before = [cpu_seconds(pid) for pid in sides]
    for _time in range(times):
        ask()
    web, database = (cpu_seconds(pid) - start for pid, start in zip(sides, before, strict=True))
    return web * 1000 / times, database * 1000 / times


def queries_of(who: str, path: str) -> int:
    """How many statements a page takes, counted in this process."""
    client = Client(headers={"HX-Request": "true"} if is_piece(path) else {})
    client.force_login(User.objects.get(email=who))
    with CaptureQueriesContext(connection) as asked:
        if path == "log":
            client.post(LOG, TALK)
        else:
            client.get("/customers/" if path == "next page" else path)
        return len(asked)
