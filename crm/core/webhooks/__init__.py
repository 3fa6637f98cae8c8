"""Outgoing webhooks: published events, told to programs elsewhere (docs/webhooks.md is for their authors)."""
