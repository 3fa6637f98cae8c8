"""The environment in which the local installation's processes run."""

from __future__ import annotations

import os
import secrets
from collections.abc import MutableMapping
from dataclasses import dataclass

from crm import embedded
from crm.embedded.places import VAR, free_port

SECRET = VAR / "demo.secret"
FIRST_WEB_PORT, FIRST_MAIL_PORT = 8000, 1025


@dataclass(frozen=True)
class Addresses:
    """Where this start listens."""

    web_port: int
    mail_port: int

    @property
    def site_url(self) -> str:
        return f"http://localhost:{self.web_port}"


def choose_addresses() -> Addresses:
    """The usual ports, or the next free ones. PORT moves where the search for the site's begins."""
    web_port = free_port(int(os.environ.get("PORT", FIRST_WEB_PORT)), and_following=100)
    return Addresses(web_port, free_port(FIRST_MAIL_PORT, and_following=100))


def local_environment(addresses: Addresses) -> dict[str, str]:
    """Our own environment, and what it leaves open."""
    given = {name: value for name, value in os.environ.items() if value}
    left_open = {
        "PERENNIAL_MODE": "demo",
        "SECRET_KEY": demo_secret(),
        "DATABASE_URL": embedded.database_url(),
        "REDIS_URL": embedded.redis_url(),
        "EMAIL_URL": f"smtp://127.0.0.1:{addresses.mail_port}",
        "SITE_URL": addresses.site_url,
        "DJANGO_SETTINGS_MODULE": "crm.settings",
        "PYTHONUNBUFFERED": "1",
    }
    return left_open | given


def demo_secret() -> str:
    """The key of this local installation, made once."""
    if not SECRET.exists():
        SECRET.parent.mkdir(parents=True, exist_ok=True)
        SECRET.touch(mode=0o600)
        SECRET.write_text(secrets.token_urlsafe(48))
    return SECRET.read_text()


def adopt_demo(environment: MutableMapping[str, str]) -> None:
    """Let a bare command line mean the local installation, if there is one and nothing else is asked for."""
    asked = {"PERENNIAL_MODE", "SECRET_KEY", "DATABASE_URL"} & environment.keys()
    if SECRET.exists() and not asked:
        environment.update(PERENNIAL_MODE="demo", SECRET_KEY=demo_secret())
