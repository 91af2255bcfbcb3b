"""Make a site of made-up titles, people, members, votes and reviews, of any size."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from django.core.management.base import CommandParser
from django.db import connection
from django.utils import timezone

from filmsite.demo import DEMO_ACCOUNTS
from filmsite.synthetic.load import NotEmpty, make_accounts, make_site
from filmsite.synthetic.sizes import LARGEST_SCALE, Sizes


class Command(BaseCommand):
    help = (
        "Fills an empty site with made-up titles, people, members, votes and reviews, for benchmarks and for a look at "
        "pages at full scale. At scale 1: 163,727 films, 9,041,560 votes, 2,000,000 reviews, and some minutes."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--scale", type=float, default=1.0, help="Multiply every number by this (1.0).")
        parser.add_argument("--seed", type=int, default=1, help="Another seed, another site (1).")
        parser.add_argument(
            "--accounts",
            action="store_true",
            help="Add the demo's accounts, with passwords everyone knows (demo mode only).",
        )
        parser.add_argument(
            "--force", action="store_true", help="First remove every title, person and member that is there."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("A site in production has no use for made-up titles and members.")
        if options["accounts"] and not settings.FILMSITE_DEMO:
            raise CommandError("Accounts with known passwords are for the demo only: set FILMSITE_DEMO=1.")
        if not 0 < options["scale"] <= LARGEST_SCALE:
            raise CommandError(f"The scale lies between 0 and {LARGEST_SCALE:g}.")
        started = time.monotonic()
        # In a folder of its own nobody has migrated yet.
        call_command("migrate", verbosity=0, interactive=False)
        try:
            counts = make_site(
                sizes=Sizes.scaled(options["scale"]),
                seed=options["seed"],
                today=timezone.now().date(),
                replace=options["force"],
                step=self.step,
            )
        except NotEmpty as error:
            raise CommandError(
                "This site has titles, people or members already, and made-up ones only go into an empty site. "
                "Choose another folder (FILMSITE_DATA=…), or remove everything there is with --force."
            ) from error
        with self.step("Vacuum"), connection.cursor() as cursor:
            # Marks the rows as visible to all, so that indexes alone can answer.
            cursor.execute("VACUUM (ANALYZE)")
        if options["accounts"]:
            make_accounts()
            for role, username, password in DEMO_ACCOUNTS:
                self.stdout.write(f"  {role:<16}  {username:<14}  {password}")
        for table, number in sorted(counts.items()):
            self.stdout.write(f"  {table:<28}{number:>12,}")
        self.stdout.write(f"Done in {time.monotonic() - started:.0f} s.")

    @contextmanager
    def step(self, words: str) -> Iterator[Callable[[int], None]]:
        """Say what is being done, how far it is while a person looks on, and at its end how long it took."""
        started = time.monotonic()
        done = 0

        def progress(more: int) -> None:
            nonlocal done
            done += more
            if self.stdout.isatty():
                self.stdout.write(f"\r{words}… {done:,}", ending="")
                self.stdout.flush()

        yield progress
        self.stdout.write(
            f"{chr(13) if self.stdout.isatty() else ''}{words}: {time.monotonic() - started:.1f} s"
        )
        self.stdout.flush()
