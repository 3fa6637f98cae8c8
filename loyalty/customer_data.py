"""How points and referrals follow a customer through merge, export and erasure.

Points belong to accounts, and a ledger holds ids, so that erasing a person leaves it as it is. Memberships
span a merge: the points of both stay where they were earned and move by transfer.
"""

from __future__ import annotations

from crm.core.registry import CustomerData

CUSTOMER_DATA = [
    CustomerData(model="loyalty.Member", account="account", merge="span"),
    CustomerData(model="loyalty.Transfer", account="member__account", merge="span"),
    CustomerData(model="loyalty.Lot", account="member__account", merge="span"),
    CustomerData(model="loyalty.Allocation", account="lot__member__account", merge="span"),
    CustomerData(model="loyalty.Discrepancy", account="member__account", merge="span"),
    CustomerData(
        model="loyalty.Referral",
        contact="link__contact",
        account="account",
        export=("at", "state", "name", "email", "company", "phone", "message", "consent", "address"),
        erase="delete",
    ),
    CustomerData(
        model="loyalty.ReferralLink",
        contact="contact",
        account="contact__account",
        merge="span",
        export=("code", "created_at", "asked_at"),
        erase="delete",
    ),
]
