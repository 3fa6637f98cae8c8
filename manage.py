#!/usr/bin/env python
"""Django's command line. Where no DATABASE_URL is set, it runs the project's own servers for the command."""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext

from django.core.management import execute_from_command_line

from crm import embedded
from crm.supervisor.environment import adopt_demo

NO_SERVERS = {"check", "collectstatic", "compilemessages", "help", "makemessages", "spectacular", "version"}


def main() -> None:
    adopt_demo(os.environ)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    serverless = len(sys.argv) < 2 or sys.argv[1].lstrip("-") in NO_SERVERS
    with nullcontext() if serverless else embedded.running():
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
