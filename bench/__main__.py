"""`python -m bench votes pages --full`: measure, print a table a bench and a line of JSON; `--help` tells the rest."""

import argparse
import importlib
import signal
import sys
from multiprocessing import Process
from pathlib import Path

import django
from django.apps import apps
from django.core.management import call_command

from bench.harness import Options, Result, as_json, end_with_parent, machine, table
from bench.sites import FULL_SITE, full_site, throw_away_site
from filmsite.embedded import EmbeddedError, data_folder

BENCHES = {
    "members": "the pages of members with very many votes, and their numbers against plain SQL, in milliseconds",
    "votes": "votes/s with exact totals, against an upsert without",
    "pages": "pages/s through gunicorn, against an empty page and against finished bytes",
    "walk": "every kind of page: queries and milliseconds, against its part in the database",
    "browse": "lists under filters, deep pages and top lists, in milliseconds",
    "moderation_queue": "the moderators' queue and a case with 50,000 open cases, in milliseconds",
    "importer": "rows/s of a MovieLens import, against COPY",
    "imports": "a member's import: rows/s, titles found, and pages meanwhile",
    "search": "search while typing and with mistakes, in milliseconds",
    "moderation": "copied words: recall, false alarms, milliseconds and bytes with two million known texts (20 GB of disk)",
    "translation": "the pipeline against the engine alone: words/s, BLEU, what is kept; asks for --flores",
}
# They empty the site, or want an empty one.
ON_SMALL_SITES_ONLY = {"importer", "moderation", "translation"}
# They measure on texts that are not ours to give.
WITH_FLORES_ONLY = {"translation"}


def main() -> None:
    listed = "\n".join(f"  {name:10} {words}" for name, words in BENCHES.items())
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description=f"Measure the site on throw-away servers:\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("benches", nargs="*", metavar="bench", help="which ones; all when none is named")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each side that count (default 5)")
    parser.add_argument(
        "--seconds", type=float, default=1.0, help="length of a turn where time is given (default 1)"
    )
    parser.add_argument("--scale", type=float, default=1.0, help="multiply the rows of made-up data")
    parser.add_argument(
        "--full",
        action="store_true",
        help="measure the full-scale site, which is made the first time (some minutes, 14 GB) and kept",
    )
    parser.add_argument(
        "--site", type=Path, help=f"where the full-scale site is kept ({FULL_SITE} in FILMSITE_DATA)"
    )
    parser.add_argument(
        "--flores",
        type=Path,
        help="the folder of FLORES (devtest-300.pt and so on), for the benches of translations and of copied words",
    )
    parser.add_argument(
        "--leads", type=Path, help="real texts (.jsonl.gz, each with a text), for the bench of copied words"
    )
    parser.add_argument(
        "--review-hashes",
        type=Path,
        help="hashes of the runs of five words of real reviews (.npz), beside --leads",
    )
    parser.add_argument(
        "--json", type=Path, help="append a line of JSON a bench to this file instead of printing it"
    )
    asked = parser.parse_args()
    if unknown := set(asked.benches) - set(BENCHES):
        parser.error(f"There is no bench {', '.join(sorted(unknown))}; there are {', '.join(BENCHES)}.")
    if asked.rounds < 1 or asked.seconds <= 0 or asked.scale <= 0:
        parser.error("Rounds, seconds and scale are above zero.")
    if asked.flores is None and WITH_FLORES_ONLY & set(asked.benches):
        parser.error("Say with --flores where FLORES lies.")
    named = asked.benches or [name for name in BENCHES if asked.flores or name not in WITH_FLORES_ONLY]
    folder = (asked.site or data_folder() / FULL_SITE).resolve() if asked.full or asked.site else None
    for name in named:
        full = folder is not None and name not in ON_SMALL_SITES_ONLY
        options = Options(
            rounds=asked.rounds,
            seconds=asked.seconds,
            scale=asked.scale,
            full=full,
            flores=asked.flores,
            leads=asked.leads,
            review_hashes=asked.review_hashes,
        )
        # A process each: Django reads the addresses of its servers once.
        process = Process(target=measure, args=(name, options, folder if full else None, asked.json))
        process.start()
        process.join()
        if process.exitcode:
            sys.exit(f"{name} came to no end.")


def measure(name: str, options: Options, folder: Path | None, file: Path | None) -> None:
    """Run one bench on a fresh site, or on the full-scale one of a folder; print its table, and its line of JSON
    unless a file takes that.
    """
    end_with_parent(signal.SIGTERM)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # by way of the servers' stop
    try:
        results, where = run(name, options, folder)
    except EmbeddedError as error:
        sys.exit(str(error))
    print(table(f"{name}: {BENCHES[name]}\n{where}", results))
    line = as_json(name, where, options, results)
    if file is None:
        print(line)
    else:
        with file.open("a") as kept:
            kept.write(line + "\n")


def run(name: str, options: Options, folder: Path | None) -> tuple[list[Result], str]:
    """Give what a bench found, and where it was measured."""
    with full_site(folder) if folder else throw_away_site():
        django.setup()
        call_command("migrate", verbosity=0)
        if folder and apps.get_model("films", "Title")._default_manager.first() is None:
            call_command("generate_catalogue")
        bench = importlib.import_module(f"bench.{name}")
        results = bench.run(options)
        return results, machine(getattr(bench, "SERVER", "one process a client"))


if __name__ == "__main__":
    try:
        main()
    except EmbeddedError as error:
        sys.exit(str(error))
