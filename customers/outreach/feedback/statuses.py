"""What an enhanced status code (RFC 3463) says about an address."""

from __future__ import annotations

# 5.x.x that speak of the mail, the server or the sender, not of the mailbox: 5.2.2 is a full one, 5.7 a
# policy.
NOT_THE_ADDRESS = ("5.1.7", "5.1.8", "5.2.2", "5.2.3", "5.3", "5.4", "5.5", "5.6", "5.7")


def is_hard(status: str) -> bool:
    """Whether mail to this address is pointless from now on. `status` may have words behind it."""
    return status.startswith("5.") and not status.startswith(NOT_THE_ADDRESS)
