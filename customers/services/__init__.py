"""Writes to customers' tables: one function a deed, one transaction each."""
