"""Bring a database and the static files up to this release; in demo mode, fill an empty site."""

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import BaseCommand, CommandError, call_command
from django.core.management.base import CommandParser

from filmsite.demo import DEMO_ACCOUNTS


class Command(BaseCommand):
    help = "Migrates, collects static files if they changed, and in demo mode loads the demo community once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--started", type=float, default=time.time(), help="Count seconds from this moment."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self.started = options["started"]
        with self.step("Migrating the database"):
            call_command("migrate", verbosity=0, interactive=False)
        self.refuse_mixed_modes()
        with self.step("Collecting static files"):
            collect_static_files()
        if settings.FILMSITE_DEMO and database_is_empty():
            with self.step("Loading the demo community (the first time only)"):
                call_command("load_demo", stdout=self.stdout)

    @contextmanager
    def step(self, words: str) -> Iterator[None]:
        self.stdout.write(f"{time.time() - self.started:6.1f} s  {words}…")
        self.stdout.flush()
        yield

    def refuse_mixed_modes(self) -> None:
        """Keep the demo's known passwords out of a real site, and a real site's members out of the demo."""
        names = [username for _, username, _ in DEMO_ACCOUNTS]
        demo = get_user_model().objects.filter(username__in=names).exists()
        if demo and not settings.FILMSITE_DEMO:
            raise CommandError(
                "This database holds the demo community, whose passwords everyone knows. "
                "For a site of your own choose another folder: make run DEMO=0 DATA=mysite."
            )
        if settings.FILMSITE_DEMO and not demo and not database_is_empty():
            raise CommandError(
                "This database holds a site of its own, and demo mode would let anyone read its mail. "
                "Start it with `make run DEMO=0`, or choose another folder for the demo: DATA=demo."
            )


def database_is_empty() -> bool:
    """Say whether no title and no member is stored yet."""
    models = (get_user_model(), apps.get_model("films", "Title"))
    return not any(model._default_manager.exists() for model in models)


def collect_static_files() -> None:
    """Run `collectstatic` unless the files are the ones of the last time: compressing them all takes seconds."""
    stamp = Path(settings.STATIC_ROOT) / ".sources"
    sources = fingerprint_of_sources()
    if stamp.exists() and stamp.read_text() == sources:
        return
    call_command("collectstatic", verbosity=0, interactive=False)
    stamp.write_text(sources)


def fingerprint_of_sources() -> str:
    """Return a digest of every static file's name, size and time; no file is read."""
    digest = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in get_finders():
        for path, storage in sorted(finder.list([]), key=lambda found: found[0]):
            stat = Path(storage.path(path)).stat()
            digest.update(f"{path} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()
