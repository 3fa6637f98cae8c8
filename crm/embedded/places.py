"""Where the embedded servers keep their files, and where they may listen."""

from __future__ import annotations

import hashlib
import os
import socket
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
VAR = Path(os.environ.get("PERENNIAL_VAR") or PROJECT / "var").resolve()
DIGEST = hashlib.sha256(str(VAR).encode()).hexdigest()[:10]
RUNS_AS_ROOT = os.geteuid() == 0

# Postgres refuses to run as root, and a user of its own could enter a checkout below a private folder only if
# every folder above were opened. So as root its files live in a folder of their own.
SERVER_HOME = Path("/var/lib") / f"perennial-{DIGEST}" if RUNS_AS_ROOT else VAR
LONGEST_SOCKET_FOLDER = 85  # the kernel takes 108 bytes (104 on macOS) for the whole path of a socket


def socket_folder(home: Path) -> Path:
    """A folder for a server's socket: its home, or one with a short name when that is too long."""
    if len(os.fsencode(home)) <= LONGEST_SOCKET_FOLDER:
        return home
    digest = hashlib.sha256(str(home).encode()).hexdigest()[:10]
    return Path("/tmp") / f"perennial-{os.geteuid()}-{digest}"  # noqa: S108  (made and checked by private_folder)


def private_folder(folder: Path) -> Path:
    """The folder, made when absent, that only its owner can enter. Raises PermissionError if not ours."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.geteuid() not in (0, folder.stat().st_uid):
        raise PermissionError(f"{folder} belongs to another user")
    return folder


def wheel_folder(package: str) -> Path:
    """The folder of an installed package. Importing it would take time and set up what we don't use."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(
            f"{package} is not installed: set DATABASE_URL and REDIS_URL, or run `make setup`"
        )
    return Path(spec.origin).parent


def free_port(wanted: int = 0, *, and_following: int = 0) -> int:
    """The wanted port of the loopback interface, one of the next, or else any that is free."""
    for port in (*range(wanted, wanted + and_following + 1), 0):
        with suppress(OSError), socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise OSError("no free port on 127.0.0.1")
