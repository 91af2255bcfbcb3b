"""Translate older texts, as the page of backfills does: in portions, behind everything that readers wait for."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Member
from reviews.backlog import Which
from reviews.models import TEXT_KINDS
from reviews.services.backfilling import measure_backfill, start_backfill


class Command(BaseCommand):
    help = "Start translating older texts into one or more languages; workers go on with it by themselves."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("target", nargs="+", help="languages to translate into, as codes: en nl")
        parser.add_argument("--from", dest="source", nargs="+", default=[], help="only from these languages")
        parser.add_argument("--kind", nargs="+", choices=TEXT_KINDS, default=list(TEXT_KINDS))
        parser.add_argument(
            "--which", choices=[w.value for w in Which if w != Which.MADE], default=Which.MISSING
        )
        parser.add_argument("--characters", type=int, help="at most so many characters in all")
        parser.add_argument(
            "--owner", help="the username of whoever orders it; a superuser unless told otherwise"
        )
        parser.add_argument("--dry-run", action="store_true", help="only say how much it would be")

    def handle(self, *args: Any, **options: Any) -> None:
        wishes = {
            "sources": options["source"],
            "targets": options["target"],
            "kinds": options["kind"],
            "which": Which(options["which"]),
        }
        scale = measure_backfill(**wishes)
        self.stdout.write(f"At most {scale.texts:,} texts with {scale.characters:,} characters.")
        if options["dry_run"] or not scale.texts:
            return
        named = {"username": options["owner"]} if options["owner"] else {"is_superuser": True}
        owner = Member.objects.filter(**named).order_by("pk").first()
        if owner is None:
            raise CommandError("There is nobody by that name to order it.")
        job = start_backfill(owner=owner, budget_characters=options["characters"], **wishes)
        self.stdout.write(
            self.style.SUCCESS(f"Started as job {job.pk}; /engines/backfills/ shows how far it is.")
        )
