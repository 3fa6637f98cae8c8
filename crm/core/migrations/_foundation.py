"""Extensions, search functions and the cache table, for core's first migration."""

from __future__ import annotations

from django.contrib.postgres.operations import TrigramExtension, UnaccentExtension
from django.db import migrations

# plpgsql, because a SQL function that cannot be inlined (unaccent is only STABLE) costs three times as much a call
FOLD = """
    CREATE FUNCTION crm_fold(words text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
    AS $$ BEGIN RETURN lower(public.unaccent('public.unaccent'::regdictionary, words)); END $$
"""
DIGITS = """
    CREATE FUNCTION crm_digits(words text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
    AS $$ BEGIN RETURN regexp_replace(words, '[^0-9]', '', 'g'); END $$
"""
CACHE = """
    CREATE TABLE core_cache (cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL);
    CREATE INDEX core_cache_expires ON core_cache (expires);
"""

FOUNDATION = [
    TrigramExtension(),
    UnaccentExtension(),
    migrations.RunSQL(FOLD, "DROP FUNCTION crm_fold(text)"),
    migrations.RunSQL(DIGITS, "DROP FUNCTION crm_digits(text)"),
    migrations.RunSQL(CACHE, "DROP TABLE core_cache"),
]
