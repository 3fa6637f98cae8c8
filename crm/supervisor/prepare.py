"""`python -m crm.supervisor.prepare demo|run`: bring database and static files up to date, in one process."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command

from crm.embedded.places import PROJECT, VAR

SIGN_INS = VAR / "sign-ins.txt"
COLLECTED = VAR / "collected.stamp"


def main(mode: str) -> None:
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    collect_static()
    if mode == "demo":
        call_command("load_demo")
        with SIGN_INS.open("w") as output:
            call_command("demo_signins", stdout=output)


def collect_static() -> None:
    """Collect the static files when they differ from those collected last."""
    state = static_state()
    if Path(settings.STATIC_ROOT).exists() and COLLECTED.exists() and COLLECTED.read_text() == state:
        return
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    COLLECTED.write_text(state)


def static_state() -> str:
    """A digest of what is collected: our files by time and size, those of libraries by the lock."""
    files = sorted(path for path in (PROJECT / "static").rglob("*") if path.is_file())
    ours = "".join(f"{path}{path.stat().st_mtime_ns}{path.stat().st_size}" for path in files)
    lock = (PROJECT / "requirements/base.lock").read_text()
    return hashlib.sha256((ours + lock).encode()).hexdigest()


if __name__ == "__main__":
    main(sys.argv[1])
