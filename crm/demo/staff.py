"""Who works at Fairground Sports, in which team, and how the company shows itself."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from crm.core.models import Company, Role, Team, User
from crm.core.people import create_person, save_team

PASSWORD = "perennial-demo"  # noqa: S105  (printed at every start of the demo)
DOMAIN = "fairground.example"
PACIFIC, EASTERN = "America/Los_Angeles", "America/New_York"
PEOPLE = [
    ("mara", "Mara Keller", Role.ACCOUNT_MANAGER, PACIFIC),
    ("tom", "Tom Ovando", Role.ACCOUNT_MANAGER, PACIFIC),
    ("ines", "Ines Carrow", Role.ACCOUNT_MANAGER, EASTERN),
    ("dev", "Dev Malhotra", Role.ACCOUNT_MANAGER, EASTERN),
    ("rita", "Rita Ruiz", Role.SERVICE_REP, PACIFIC),
    ("max", "Max Lindqvist", Role.MARKETER, PACIFIC),
    ("ada", "Ada Okafor", Role.ADMIN, PACIFIC),
]
SIGN_INS = ("mara", "rita", "max", "ada")


@dataclass(frozen=True)
class Staff:
    people: dict[str, User]
    west: Team
    east: Team

    def __getitem__(self, name: str) -> User:
        return self.people[name]

    def team_of(self, name: str) -> Team:
        return self.west if name in ("mara", "tom") else self.east


def address(name: str) -> str:
    return f"{name}@{DOMAIN}"


def hire(now: dt.datetime) -> Staff:
    """Make the people, who can sign in with the demo's password, and their teams."""
    password = make_password(PASSWORD)
    people = {key: employ(key, name, role, zone, now, password) for key, name, role, zone in PEOPLE}
    west, east = (
        save_team(
            team=Team(), name=name, members=[people[key] for key in members], managers=[people[manager]]
        )
        for name, members, manager in (("West", ("mara", "tom"), "tom"), ("East", ("ines", "dev"), "ines"))
    )
    return Staff(people, west, east)


def employ(key: str, name: str, role: str, zone: str, now: dt.datetime, password: str) -> User:
    hired = now - dt.timedelta(days=3 * 365 + 30)
    person = create_person(email=address(key), name=name, role=role, time_zone=zone, created_at=hired)
    person.password = password
    person.save(update_fields=["password"])
    return person


def open_company() -> Company:
    """Give the installation its name, address and hours."""
    company = Company.load()
    company.name = company.sender_name = "Fairground Sports"
    company.colour = "#0f766e"
    company.postal_address = "1200 Mill Road, Riverside, CA 92501"
    company.reply_to = f"hello@{DOMAIN}"
    company.privacy_url = f"https://www.{DOMAIN}/privacy"
    company.currency = "USD"
    company.time_zone = PACIFIC
    company.save()
    return company
