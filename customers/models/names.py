"""The few columns by which lists name others, for `only()`: the rest of those wide rows stays where it is."""

from __future__ import annotations


def of_account(path: str = "account") -> tuple[str, ...]:
    return (f"{path}__name",)


def of_contact(path: str = "contact") -> tuple[str, ...]:
    return tuple(f"{path}__{column}" for column in ("first_name", "last_name", "email", "erased_at"))


def of_user(path: str) -> tuple[str, ...]:
    return (f"{path}__name", f"{path}__email")
