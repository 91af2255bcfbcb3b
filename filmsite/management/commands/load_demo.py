"""Fill an empty site with the demo community."""

import time
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.core.management.base import CommandParser

from filmsite.demo.loader import NotEmpty, holds_demo, load_demo


class Command(BaseCommand):
    help = "Loads the demo community into an empty site. Running it again changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--force",
            action="store_true",
            help="Load it outside demo mode as well; its accounts then have no passwords.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.FILMSITE_DEMO and not options["force"]:
            raise CommandError(
                "This site does not run in demo mode. Start the demo with `make run`, set FILMSITE_DEMO=1, "
                "or load it without passwords with --force."
            )
        if holds_demo():
            self.stdout.write("The demo community is here already; nothing to do.")
            return
        self.started = time.monotonic()
        try:
            load_demo(passwords=settings.FILMSITE_DEMO, say=self.say)
        except NotEmpty as error:
            raise CommandError(
                "This site has titles or members of its own, and the demo only goes into an empty one. "
                "Choose another folder: make run DATA=demo."
            ) from error

    def say(self, words: str) -> None:
        self.stdout.write(f"          + {time.monotonic() - self.started:4.1f} s  {words}")
        self.stdout.flush()
