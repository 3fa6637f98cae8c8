"""Accounts, contacts and products from files, one line per record."""
