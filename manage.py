#!/usr/bin/env python
"""Django's command line, which brings its own PostgreSQL and Valkey where the environment names none."""

import os
import sys

try:
    from django.core.management import execute_from_command_line

    from filmsite.embedded import EmbeddedError, servers_for_command
except ImportError as error:
    sys.exit(f"{error}. Install the packages with `make run`, or `pip install -r requirements.txt`.")


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "filmsite.settings")
    try:
        with servers_for_command(sys.argv):
            execute_from_command_line(sys.argv)
    except EmbeddedError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
