from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reviews.services.recounting import recount

SHOWN = 20


class Command(BaseCommand):
    help = "Compute every total again from the votes and messages. With --check, only say what differs (exit code 1)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="change nothing; exit with 1 if a total is wrong"
        )

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        differences = recount(check=check)
        for difference in differences[:SHOWN]:
            self.stdout.write(str(difference))
        if len(differences) > SHOWN:
            self.stdout.write(f"… and {len(differences) - SHOWN} more")
        if not differences:
            self.stdout.write("Every total equals its recount.")
        elif check:
            raise CommandError(
                f"{len(differences)} totals differ. Run `manage.py recount` to correct them, and report how it came.",
                returncode=1,
            )
        else:
            self.stdout.write(f"Corrected {len(differences)} totals.")
