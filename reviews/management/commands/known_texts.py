import json
from argparse import ArgumentParser
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from accounts.models import Job, Member, Section
from filmsite.lib.inputs import is_storable
from reviews.models import KnownKind, KnownText, Licence
from reviews.services.index_upkeep import (
    is_indexing,
    pause_indexing,
    resume_indexing,
    start_indexing,
    work_on_index,
)
from reviews.services.registering import CannotRegister, register_text, remove_text

_KINDS: Final = (KnownKind.REGISTERED, KnownKind.FORMULA)
# A turn after which each process looks whether the job was paused.
_TURN_SECONDS: Final = 10.0
_LENGTHS: Final = {"label": 200, "url": 500, "holder": 200}


class Command(BaseCommand):
    help = (
        "The copy detector's known texts: those that rights-holders and staff supply (add, list, remove), and the index of "
        "everything (rebuild, pause, resume)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
        add = commands.add_parser(
            "add",
            help="Let the detector know texts: a plain file is one, each line of a .jsonl file one with text, label, url, "
            "holder, licence and section.",
        )
        add.add_argument("files", nargs="+", type=Path, metavar="FILE")
        add.add_argument(
            "--label", default="", help="What it is called; the name of the file unless told otherwise."
        )
        add.add_argument("--url", default="", help="Where it stands.")
        add.add_argument("--holder", default="", help="Whose it is.")
        add.add_argument("--licence", choices=Licence.values, default=Licence.UNKNOWN)
        add.add_argument("--section", choices=Section.values, default="")
        add.add_argument("--formula", action="store_true", help="Words that anybody may use.")
        add.add_argument("--by", default="", metavar="USERNAME", help="Who registers them.")
        listing = commands.add_parser("list", help="Show what is registered, the newest first.")
        listing.add_argument("--limit", type=int, default=50)
        remove = commands.add_parser("remove", help="Forget registered texts and formulas.")
        remove.add_argument("ids", nargs="+", type=int, metavar="ID")
        rebuild = commands.add_parser(
            "rebuild",
            help="Index what is not indexed yet, and wait for it; the sweep does the same at its leisure.",
        )
        rebuild.add_argument(
            "--all", action="store_true", help="Empty the index first and make all of it anew."
        )
        rebuild.add_argument("--processes", type=int, default=1)
        commands.add_parser("pause", help="Let the work on older texts rest.")
        commands.add_parser("resume", help="Let it go on.")

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, f"_{options['command']}")(**options)

    def _add(self, *, files: list[Path], formula: bool, by: str, **options: Any) -> None:
        owner = Member.objects.filter(username__iexact=by).first() if by else None
        if by and owner is None:
            raise CommandError(f"There is no member {by}.")
        added = refused = 0
        for file in files:
            for place, fields in self._texts_of(file, options):
                try:
                    made = register_text(**fields, is_formula=formula, registered_by=owner)
                except CannotRegister as error:
                    refused += 1
                    self.stderr.write(f"{place}: {error}")
                    continue
                added += 1
                if made.standing:
                    most = made.standing[0][1]
                    self.stdout.write(
                        f"{place}: registered as {made.known.pk}; {len(made.standing)} texts of the site share words with "
                        f"it, one of them {most}. The administration lists them."
                    )
        self.stdout.write(self.style.SUCCESS(f"{added} added, {refused} refused."))
        if refused and not added:
            raise CommandError("Nothing was added.")

    def _texts_of(self, file: Path, options: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        """Give where each text of a file stands, and what `register_text` is to be told of it."""
        given = {key: options[key] for key in ("label", "url", "holder", "licence", "section")}
        try:
            if file.suffix != ".jsonl":
                text = file.read_text(encoding="utf-8")
                yield (
                    str(file),
                    self._checked(str(file), {**given, "label": given["label"] or file.stem, "text": text}),
                )
                return
            with file.open(encoding="utf-8") as lines:
                for number, line in enumerate(lines, start=1):
                    place = f"{file}, line {number}"
                    if line.strip():
                        told = json.loads(line)
                        if not isinstance(told, dict):
                            raise CommandError(f"{place}: not an object.")
                        yield place, self._checked(place, {**given, **told})
        except OSError as error:
            raise CommandError(f"{file} cannot be read ({error.strerror}).") from error
        except ValueError as error:
            raise CommandError(f"{file}: {error}") from error

    @staticmethod
    def _checked(place: str, fields: dict[str, Any]) -> dict[str, Any]:
        allowed = {"text", "label", "url", "holder", "licence", "section"}
        if unknown := set(fields) - allowed:
            raise CommandError(f"{place}: there is no {', '.join(sorted(unknown))} of a known text.")
        wrong = [key for key, value in fields.items() if not isinstance(value, str) or not is_storable(value)]
        wrong += [key for key, most in _LENGTHS.items() if key not in wrong and len(fields[key]) > most]
        if "text" not in fields or wrong:
            raise CommandError(f"{place}: {', '.join(wrong) or 'the text'} is missing, too long or no text.")
        if fields["url"] and not fields["url"].startswith(("http://", "https://")):
            raise CommandError(f"{place}: an address begins with http:// or https://.")
        if fields["licence"] not in Licence.values or fields["section"] not in ("", *Section.values):
            raise CommandError(f"{place}: no such licence or section.")
        return fields

    def _list(self, *, limit: int, **options: Any) -> None:
        for known in KnownText.objects.filter(kind__in=_KINDS).order_by("-pk")[:limit]:
            what = " · ".join(
                filter(None, [known.label, known.holder, known.url, known.licence, known.section])
            )
            self.stdout.write(f"{known.pk}  {known.kind}  {known.words} words  {what}")

    def _remove(self, *, ids: list[int], **options: Any) -> None:
        found = KnownText.objects.filter(kind__in=_KINDS).in_bulk(ids)
        for pk in ids:
            if pk in found:
                remove_text(known=found[pk])
                self.stdout.write(f"{pk} forgotten.")
            else:
                self.stderr.write(f"Nothing is registered as {pk}.")

    def _rebuild(self, *, all: bool, processes: int, **options: Any) -> None:
        job = start_indexing(anew=all)
        self.stdout.write(f"Job {job.pk}: {job.total:,} texts.")
        # A connection is not shared with a process that is forked.
        connections.close_all()
        workers = [get_context("fork").Process(target=_work) for _ in range(max(1, processes) - 1)]
        for worker in workers:
            worker.start()
        _work()
        for worker in workers:
            worker.join()
        job = Job.objects.get(pk=job.pk)
        self.stdout.write(
            self.style.SUCCESS(f"{job.done:,} of {job.total:,} texts indexed, the job is {job.state}.")
        )

    def _pause(self, **options: Any) -> None:
        self.stdout.write("Paused." if pause_indexing() else "Nothing is under way.")

    def _resume(self, **options: Any) -> None:
        self.stdout.write("It goes on." if resume_indexing() else "Nothing is paused.")


def _work() -> None:
    while is_indexing():
        work_on_index(seconds=_TURN_SECONDS)
