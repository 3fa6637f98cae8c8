"""The only way to move points. Every function is one transaction and safe to repeat.

Keys: what the outside asks for carries an `idempotency_key`; what has a natural key uses it, so that nobody
can do it twice with two keys: `confirm:{lot}`, `expire:{lot}:{n}`, `fulfil:{spending}`, `cancel:{spending}`.
Locks, always in this order: the purchase (where one is asked about), then the member, then the rest.
"""

from loyalty.ledger.dues import confirm, confirm_due, expire, expire_due
from loyalty.ledger.earning import earn, hold_until_return_window, refund
from loyalty.ledger.opening import Opening, open_balances, open_members, take_opening_back
from loyalty.ledger.posting import KeyConflict, NotEnoughPoints, root_of
from loyalty.ledger.reconciling import reconcile
from loyalty.ledger.settling import settle
from loyalty.ledger.spending import adjust, cancel, fulfil, spend

__all__ = [
    "KeyConflict",
    "NotEnoughPoints",
    "Opening",
    "adjust",
    "cancel",
    "confirm",
    "confirm_due",
    "earn",
    "expire",
    "expire_due",
    "fulfil",
    "hold_until_return_window",
    "open_balances",
    "open_members",
    "reconcile",
    "refund",
    "root_of",
    "settle",
    "spend",
    "take_opening_back",
]
