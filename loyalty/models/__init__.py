"""Tables of the loyalty app."""

from loyalty.models.discrepancies import Discrepancy
from loyalty.models.ledger import Allocation, Book, Lot, Member, Transfer
from loyalty.models.programs import Program
from loyalty.models.referrals import Referral, ReferralLink

__all__ = [
    "Allocation",
    "Book",
    "Discrepancy",
    "Lot",
    "Member",
    "Program",
    "Referral",
    "ReferralLink",
    "Transfer",
]
