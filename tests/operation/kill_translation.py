"""Kill what translates, again and again, while members publish and edit, and see what readers are left with.

    python tests/operation/kill_translation.py --kills 200

starts PostgreSQL, Valkey and a worker of two processes on a throw-away folder. While texts are published and edited
it sends SIGKILL to the worker, to one of its processes or to Valkey, empties Valkey, or cuts every connection to the
database, at random. The sweep runs every 30 seconds, as beat would have it. Afterwards

* every text has exactly one translation in each language, of its present words, and nothing else can be read,
* what was asked of the engine more than once is no more than was on its way when something died,
* all is done within the lease of a worker that died and two sweeps.

`test_killing_translation.py` runs the same with fewer kills. Linux only.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from shutil import rmtree
from typing import Self

import psutil

CHECKOUT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(CHECKOUT))

from filmsite.embedded import Lock, Servers, secret_key  # noqa: E402  (found by the line above)
from reviews.translation.base import Capabilities, Ok, Result  # noqa: E402  (the same)

PAIRS = frozenset({("pt", "en"), ("pt", "nl")})
TARGETS = ("en", "nl")
SWEEP_SECONDS = 30.0
# The lease of a worker that died, two sweeps, and the work itself on a busy machine.
RECOVERY_SECONDS = 45 + 2 * SWEEP_SECONDS + 45
MOST_WAITING = 100
BATCH = 32
WORDS = ("filme", "final", "roteiro", "elenco", "ritmo", "som", "olhar", "silêncio", "riso", "medo")


class CountingEngine:
    """Puts the target's code before each text, takes its time, and notes every text that it was asked for in a file.

    The file is written before the answer: what a worker that dies had asked for is in it.
    """

    def __init__(self, key: str, notes: Path) -> None:
        self.key = key
        self._notes = notes

    @classmethod
    def from_settings(cls, name: str, options: Mapping[str, str], models_dir: Path | None) -> Self:
        return cls(name, Path(options["notes"]))

    def capabilities(self) -> Capabilities:
        return Capabilities(pairs=PAIRS, max_segments=BATCH, real_language=False)

    def fingerprint(self, src: str, dst: str) -> str:
        return "counting-1"

    def translate(
        self, batch: list[str], *, src: str, dst: str, deadline: float | None = None
    ) -> list[Result]:
        with self._notes.open("a") as notes:
            notes.write("".join(f"{dst} {text}\n" for text in batch))
        time.sleep(0.01 * len(batch))
        return [Ok(f"({dst}) {text}") for text in batch]


class Trouble(AssertionError):
    """What this script looks for."""


def expect(condition: object, words: str) -> None:
    if not condition:
        raise Trouble(words)


class Machine:
    """The servers and the worker, each of which is started again when it was killed."""

    def __init__(self, folder: Path, dice: random.Random, only: Sequence[str]) -> None:
        self.folder, self.dice, self.only = folder, dice, only
        family = Lock(folder / "family.lock")
        family.take()
        self.servers = Servers(folder, durable=False, family=family)
        self.worker: subprocess.Popen[bytes] | None = None
        self.acts: dict[str, Callable[[], None]] = {
            "worker": self.kill_worker,
            "process": self.kill_process_of_worker,
            "valkey": self.kill_valkey,
            "flush": self.flush_valkey,
            "connections": self.cut_connections,
        }

    def start(self) -> None:
        os.environ.update(
            DATABASE_URL=self.servers.start_postgres(),
            REDIS_URL=self.servers.start_valkey(),
            FILMSITE_DATA=str(self.folder),
            FILMSITE_TRANSLATION_ENGINES=f"counting=tests.operation.kill_translation.CountingEngine"
            f"?notes={self.folder / 'asked'}",
            FILMSITE_TRANSLATION_TARGETS=",".join(TARGETS),
            FILMSITE_NEW_MEMBER_DAYS="0",
            FILMSITE_TRANSLATION_EDIT_SECONDS="2",
            FILMSITE_TRANSLATION_EDIT_MOST_SECONDS="8",
            DJANGO_SETTINGS_MODULE="filmsite.settings",
            LOG_LEVEL="WARNING",
            SECRET_KEY=secret_key(self.folder),
            STATIC_MANIFEST="0",
        )
        self.start_worker()

    def start_worker(self) -> None:
        command = [sys.executable, "-m", "celery", "--app=filmsite", "worker", "--concurrency=2"]
        command += ["--queues=translation", "--without-gossip", "--without-mingle", "--loglevel=WARNING"]
        with (self.folder / "worker.log").open("ab") as output:
            self.worker = subprocess.Popen(
                command, cwd=CHECKOUT, stdout=output, stderr=output, start_new_session=True
            )

    def said(self) -> str:
        return "\n".join((self.folder / "worker.log").read_text(errors="replace").splitlines()[-30:])

    def strike(self) -> str:
        act = self.dice.choice(self.only or list(self.acts))
        self.acts[act]()
        return act

    def kill_worker(self) -> None:
        assert self.worker is not None
        # Its processes go with it, as those of a unit that the system stops hard.
        os.killpg(self.worker.pid, signal.SIGKILL)
        self.worker.wait()
        self.start_worker()

    def kill_process_of_worker(self) -> None:
        assert self.worker is not None
        if children := psutil.Process(self.worker.pid).children():
            self.dice.choice(children).kill()

    def kill_valkey(self) -> None:
        os.kill(int(self.valkey().info("server")["process_id"]), signal.SIGKILL)
        time.sleep(0.1)
        self.servers.start_valkey()

    def flush_valkey(self) -> None:
        self.valkey().flushall()

    def valkey(self):
        from redis import Redis

        return Redis.from_url(os.environ["REDIS_URL"])

    def cut_connections(self) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )

    def stop(self) -> None:
        if self.worker is not None and self.worker.poll() is None:
            os.killpg(self.worker.pid, signal.SIGKILL)
            self.worker.wait()
        self.servers.stop()


class Writers:
    """Members who publish and polish their texts."""

    def __init__(self, dice: random.Random) -> None:
        from tests.factories import make_member, make_title

        self.dice = dice
        self.authors = [make_member() for _ in range(5)]
        self.titles = [make_title() for _ in range(5)]
        self.reviews: list[int] = []
        self.sentences = 0

    def write(self) -> None:
        from reviews.models import Review
        from reviews.services.publishing import edit_review, publish_review

        if not self.reviews or self.dice.random() < 0.6:
            review = publish_review(
                author=self.dice.choice(self.authors),
                subject=self.dice.choice(self.titles),
                body=" ".join(self.sentence() for _ in range(self.dice.randint(2, 6))),
                language="pt",
            )
            self.reviews.append(review.pk)
        else:
            review = Review.objects.get(pk=self.dice.choice(self.reviews))
            edit_review(
                review=review,
                editor=review.author,
                version=review.revision_number,
                body=f"{review.body} {self.sentence()}",
                language="pt",
            )

    def sentence(self) -> str:
        """One that nobody wrote before."""
        self.sentences += 1
        mark = "".join("badefigolupazerimonu"[2 * int(digit) :][:2] for digit in f"{self.sentences:04}")
        return f"Gostei do {self.dice.choice(WORDS)} e do {self.dice.choice(WORDS)} {mark}."


def waiting() -> int:
    from reviews.models import Translation, TranslationStatus

    return Translation.objects.filter(status=TranslationStatus.QUEUED).count()


def expect_each_once(writers: Writers, asked: Counter[str], kills: int) -> None:
    from reviews.models import Review, Translation

    for review in Review.objects.filter(pk__in=writers.reviews):
        rows = [row for row in Translation.objects.filter(review=review) if row.is_readable]
        found = sorted(row.target for row in rows)
        expect(found == list(TARGETS), f"review {review.pk} is read in {found}")
        for row in rows:
            expect(
                row.source_hash == review.source_hash, f"review {review.pk}: earlier words in {row.target}"
            )
            expect(row.status == "done", f"review {review.pk} in {row.target} is {row.status}: {row.reason}")
            wanted = " ".join(f"({row.target}) {part}." for part in review.body.rstrip(".").split(". "))
            expect(row.body == wanted, f"review {review.pk} in {row.target} says {row.body!r}")
    again = sum(asked.values()) - len(asked)
    # Two processes may each have a call on its way.
    expect(again <= 2 * BATCH * kills, f"{again} sentences were asked for again after {kills} kills")


def run(kills: int, seed: int, only: Sequence[str] = ()) -> None:
    folder = Path(tempfile.mkdtemp(prefix="filmsite-kill-"))
    folder.chmod(0o711)
    machine = Machine(folder, random.Random(seed), only)
    try:
        machine.start()
        kill_while_they_write(machine, random.Random(seed + 1), kills)
    except Trouble as trouble:
        raise Trouble(f"{trouble}\nThe worker said last:\n{machine.said()}") from None
    finally:
        machine.stop()
        rmtree(folder, ignore_errors=True)


def kill_while_they_write(machine: Machine, dice: random.Random, kills: int) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    writers = Writers(dice)
    struck: Counter[str] = Counter()
    swept = time.monotonic()
    while struck.total() < kills:
        until = time.monotonic() + dice.uniform(0.3, 1.5)
        while time.monotonic() < until:
            # What piles up on a slow machine says nothing of how it recovers.
            if waiting() < MOST_WAITING:
                writers.write()
            time.sleep(0.05)
            swept = sweep_in_time(swept)
        struck[machine.strike()] += 1
    ended = time.monotonic()
    print(f"{struck.total()} strikes ({dict(struck)}), {len(writers.reviews)} texts, {waiting()} orders wait")
    while left := waiting():
        expect(time.monotonic() - ended < RECOVERY_SECONDS, f"{left} orders are not made")
        expect(machine.worker and machine.worker.poll() is None, "the worker ended by itself")
        time.sleep(0.2)
        swept = sweep_in_time(swept)
    recovery = time.monotonic() - ended
    asked = Counter((machine.folder / "asked").read_text().splitlines())
    expect_each_once(writers, asked, kills)
    print(
        f"0 lost, 0 doubled; sentences asked ÷ needed {asked.total() / len(asked):.3f} ({len(asked)});"
        f" all made {recovery:.0f} s after the last strike, {recovery / SWEEP_SECONDS:.1f} sweeps"
    )


def sweep_in_time(swept: float) -> float:
    """What beat orders every 30 seconds, done here so that beat need not be killed too."""
    from reviews.services.translating import sweep_translations

    if time.monotonic() - swept < SWEEP_SECONDS:
        return swept
    sweep_translations()
    return time.monotonic()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("only", nargs="*", help="worker, process, valkey, flush, connections; all if none")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1997)
    options = parser.parse_args()
    try:
        run(options.kills, options.seed, options.only)
    except Trouble as trouble:
        sys.exit(f"FAILED: {trouble}")
