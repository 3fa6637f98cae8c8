"""`python -m crm.supervisor demo|run`: start everything, say where it is, end it on Ctrl+C or a crash."""

from __future__ import annotations

import fcntl
import json
import signal
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any

import psutil

from crm import embedded
from crm.embedded.places import VAR
from crm.supervisor.environment import Addresses, choose_addresses, local_environment
from crm.supervisor.prepare import SIGN_INS
from crm.supervisor.programs import MAIL, Program, Running, end_all, end_leftovers, programs, start

STATE = VAR / "supervisor.json"
READY_SECONDS = 90


class Stopped(Exception):
    """A signal asked us to stop, or a program ended: the message says which, empty when all is well."""


class Supervisor:
    """Starts the programs one after another and watches them until it is asked to stop."""

    def __init__(self, mode: str, state: IO[str]) -> None:
        self.mode = mode
        self.state = state
        self.asked_to_stop = threading.Event()
        self.running: list[Running] = []
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup stays nohup
                signal.signal(number, lambda *_: self.asked_to_stop.set())

    def supervise(self) -> None:
        """Run until stopped. Raises Stopped with the reason; nothing of ours runs any more then."""
        addresses = choose_addresses()
        with embedded.running():
            try:
                environment = local_environment(addresses)
                self.prepare(environment)
                for program in programs(addresses):
                    self.start(program, environment, addresses)
                self.wait_until_ready(addresses)
                announce(self.mode, addresses)
                while True:
                    self.check(0.5)
            finally:
                print("\nStopping ...", flush=True)
                end_all(self.running)

    def prepare(self, environment: Mapping[str, str]) -> None:
        """Bring the database up to date before anything else uses it."""
        preparing = start(Program("prepare", ("crm.supervisor.prepare", self.mode)), environment)
        self.running.append(preparing)
        while not preparing.ended():
            self.check(0.1, may_end=preparing)
        if preparing.popen.returncode:
            raise Stopped(f"The preparation failed:\n{preparing.last_words()}")
        self.running.remove(preparing)

    def start(self, program: Program, environment: Mapping[str, str], addresses: Addresses) -> None:
        self.running.append(start(program, environment))
        write_state(self.state, addresses, self.running)

    def wait_until_ready(self, addresses: Addresses) -> None:
        for _ in range(READY_SECONDS * 5):
            if answers(f"{addresses.site_url}/readyz"):
                return
            self.check(0.2)
        raise Stopped(f"The site was not ready after {READY_SECONDS} s. Its log is {self.running[-1].log}.")

    def check(self, seconds: float, *, may_end: Running | None = None) -> None:
        """Wait a little. Raises Stopped when we are asked to, or a program or server has ended."""
        if self.asked_to_stop.wait(seconds):
            raise Stopped
        for one in self.running:
            if one.ended() and one is not may_end:
                raise Stopped(f"{one.program.name} ended unexpectedly. Its last words:\n{one.last_words()}")
        for server in embedded.needed_servers():
            if server.pid() is None:
                raise Stopped(f"{type(server).__name__} ended unexpectedly: see its log in {server.home}")


def main(mode: str) -> int:
    VAR.mkdir(parents=True, exist_ok=True)
    with only_one() as state:
        if state is None:
            print(
                f"Perennial already runs here: {read_state().get('url', 'it is starting')}", file=sys.stderr
            )
            return 1
        end_leftovers(read_state().get("children", []))
        print("Starting Perennial. The first time takes a minute or two ...", flush=True)
        try:
            Supervisor(mode, state).supervise()
        except (Stopped, embedded.ServerFailed) as reason:
            print(reason, file=sys.stderr)
            return 1 if str(reason) else 0
    return 0


@contextmanager
def only_one() -> Iterator[IO[str] | None]:
    """The state file, locked for us as long as we live, or None when another supervisor has it."""
    with STATE.open("a+") as state:
        try:
            fcntl.flock(state, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
        else:
            yield state


def write_state(state: IO[str], addresses: Addresses, running: list[Running]) -> None:
    """Note where we are and whom we started, for a second start and for the one after a kill -9."""
    children = [(one.popen.pid, psutil.Process(one.popen.pid).create_time()) for one in running]
    state.truncate(0)
    state.write(json.dumps({"url": addresses.site_url, "children": children}))
    state.flush()


def read_state() -> dict[str, Any]:
    try:
        return json.loads(STATE.read_text())
    except ValueError:
        return {}


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310  (our own address)
            return bool(response.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def announce(mode: str, addresses: Addresses) -> None:
    print(f"\nPerennial runs at {addresses.site_url}", flush=True)
    if mode == "demo":
        print(SIGN_INS.read_text(), flush=True)
    print(f"Mail it sends is kept in {MAIL}. Stop it with Ctrl+C.", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
