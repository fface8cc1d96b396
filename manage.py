#!/usr/bin/env python
"""Django's command line. `./run manage …` sets everything up first; this file expects that it has been."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "budgeting.settings")
    execute_from_command_line(sys.argv)
