#!/usr/bin/env python
"""Django's command line for eqfund."""

import os
import sys

# These make or drop tables, so they work as the tables' owner; all else as the application.
OWNERS_COMMANDS = {"migrate", "sqlflush", "flush", "dbshell", "rotate_index_key"}

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eqfund.settings")
    if OWNERS_COMMANDS & set(sys.argv[1:2]):
        os.environ.setdefault("EQFUND_DATABASE_ROLE", "owner")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
