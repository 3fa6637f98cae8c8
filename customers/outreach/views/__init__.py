"""Pages of outreach: the outbox and its rules for staff, the links in mails for customers."""
