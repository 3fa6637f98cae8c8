"""What goes into the log, and what never does: tokens that open a customer's pages."""

from __future__ import annotations

import re
from typing import Any

import structlog

# survey, message, preference, referral and password links: the part after the first name is the secret
SECRET_PART = re.compile(r"/(s|m|preferences|r|password/reset/key)/[^/\s?]+")


def mask_tokens(logger: Any, method: str, event: dict[str, Any]) -> dict[str, Any]:
    """structlog processor: addresses without the part that would let a reader of logs in."""
    return {
        key: SECRET_PART.sub(r"/\1/…", value) if isinstance(value, str) else value
        for key, value in event.items()
    }


def configure_logging(*, level: str) -> dict[str, Any]:
    """Set up structlog and answer Django's LOGGING: one line per event, to stderr."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        mask_tokens,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": line_format(shared)},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": level},
    }


def line_format(shared: list[Any]) -> dict[str, Any]:
    """How an event becomes a line, be it logged through structlog or through the standard library."""
    return {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": shared,
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "logger", "event"]),
        ],
    }
