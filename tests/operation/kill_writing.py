"""Kill each part of a running site while members write, and look for every text that they sent.

    python tests/operation/kill_writing.py --submits 1000

starts PostgreSQL, Valkey, a worker and the web processes on a throw-away folder. Members post texts and change them
through HTTP, some with words that the site knows, some in forms that cannot be accepted; whoever gets no answer sends
the same form again, as a browser does. Meanwhile web, worker, Valkey and PostgreSQL get SIGKILL in turn and are started
again. At the end a moderator removes some of the texts. Afterwards

* every text whose answer said that it is stored is stored exactly once, and each of its states exactly once,
* every other text stood in the page that was its answer, and is stored nowhere,
* what was stored is known to the copy detector, and what was removed is whole.

`test_killing_writing.py` runs the same with fewer texts. Linux only.
"""

import argparse
import html
import http.client
import itertools
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree

import psutil

CHECKOUT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(CHECKOUT))

from filmsite.embedded import EmbeddedError, Servers, secret_key  # noqa: E402  (found by the line above)

# So many write at the same time. A member may send twenty texts an hour, and what is sent again counts.
HANDS = 4
TEXTS_OF_ONE = 8
TITLES = 6
ANSWER_SECONDS, START_SECONDS = 60, 400
# Seventy-three words of our own, which the copy detector is told of.
PASSAGE = (
    "Two children share one pair of worn shoes and a secret that grows heavier each day. He runs home from school so "
    "that she can run to hers, and the alleys between them become the longest race in the city. When a real race is "
    "announced, with new shoes as its third prize, he decides that he must not win, must not lose, but come in third. "
    "Nobody at home may ever know."
)
TOKEN = "k" * 32


class Trouble(AssertionError):
    """What this script looks for."""


def expect(condition: object, words: str) -> None:
    if not condition:
        raise Trouble(words)


class Machine:
    """The parts of the site, each of which is started again when it was killed."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        # As in production: what was committed must outlive a kill.
        self.servers = Servers(folder)
        self.parts: dict[str, subprocess.Popen[bytes]] = {}
        self.kills: dict[str, Callable[[], None]] = {
            "web": lambda: self.kill_part("web"),
            "worker": lambda: self.kill_part("worker"),
            "valkey": self.kill_valkey,
            "postgres": self.kill_postgres,
        }

    def start_servers(self) -> None:
        os.environ.update(
            DATABASE_URL=self.servers.start_postgres(),
            REDIS_URL=self.servers.start_valkey(),
            FILMSITE_DATA=str(self.folder),
            FILMSITE_NEW_MEMBER_DAYS="0",
            DJANGO_SETTINGS_MODULE="filmsite.settings",
            LOG_LEVEL="ERROR",
            SECRET_KEY=secret_key(self.folder),
            STATIC_MANIFEST="0",
        )

    def start_part(self, name: str) -> None:
        programs = {
            "web": ["gunicorn", "--config=python:filmsite.gunicorn_conf", f"--bind=127.0.0.1:{self.port}"],
            "worker": [
                "celery",
                "--app=filmsite",
                "worker",
                "--concurrency=1",
                "--queues=default,translation",
            ],
        }
        more = {"DB_POOL": "1"} if name == "web" else {}
        with (self.folder / f"{name}.log").open("ab") as output:
            self.parts[name] = subprocess.Popen(
                [sys.executable, "-m", *programs[name]],
                cwd=CHECKOUT,
                env=os.environ | more,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def kill_part(self, name: str) -> None:
        os.killpg(self.parts[name].pid, signal.SIGKILL)
        self.parts[name].wait()
        self.start_part(name)

    def kill_valkey(self) -> None:
        process = self.servers.children.processes["valkey"]
        process.kill()
        process.wait()
        self.servers.start_valkey()

    def kill_postgres(self) -> None:
        process = self.servers.children.processes["postgres"]
        backends = psutil.Process(process.pid).children()
        for victim in (process, *backends):
            with suppress(psutil.NoSuchProcess):
                victim.kill()
        process.wait()
        psutil.wait_procs(backends, timeout=START_SECONDS)
        self.servers.start_postgres()

    def stop(self) -> None:
        for process in self.parts.values():
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.servers.stop()


@dataclass
class Text:
    """A form that somebody sends, until there is an answer; `mark` stands in its body and in no other."""

    mark: str
    path: str
    fields: dict[str, str]
    kind: str


@dataclass
class Writer:
    """A member with a browser; `own` is the message that they changed last, with its version and words."""

    session: str
    own: tuple[int, int, str] | None = None


@dataclass
class Outcome:
    """What the answers said: texts that are stored, with how often each was sent, and those that came back in a page."""

    stored: dict[str, int] = field(default_factory=dict)
    returned: dict[str, int] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)
    unanswered: Counter[str] = field(default_factory=Counter)


class Writers:
    """Members who write, several at once. Whoever gets no answer sends the form again."""

    def __init__(self, port: int, sessions: list[str], titles: list[int], dice: random.Random) -> None:
        self.port, self.titles, self.dice = port, titles, dice
        self.outcome = Outcome()
        self.lock = threading.Lock()
        self.numbers = itertools.count()
        # Why nobody need go on, if something is wrong with the site itself.
        self.trouble = ""
        # Each writer is in one hand at a time.
        self.hands = [[Writer(session) for session in sessions[hand::HANDS]] for hand in range(HANDS)]

    @property
    def answered(self) -> int:
        return sum(self.outcome.kinds.values())

    def write_all(self, submits: int) -> Iterator[None]:
        """Write so many texts; yields while the hands are at it."""
        with ThreadPoolExecutor(HANDS) as pool:
            left = threading.Semaphore(submits)
            jobs = [pool.submit(self._write, hand, left) for hand in range(HANDS)]
            while not all(job.done() for job in jobs):
                yield
            for job in jobs:
                job.result()

    def _write(self, hand: int, left: threading.Semaphore) -> None:
        for writer in itertools.cycle(self.hands[hand]):
            if not left.acquire(blocking=False):
                return
            self._send(self._text_of(writer), writer)

    def _text_of(self, writer: Writer) -> Text:
        with self.lock:
            mark, luck = f"quill{next(self.numbers):05}", self.dice.random()
            path = f"/titles/{self.dice.choice(self.titles)}/write/"
        fields = {"body": f"I saw it again, and {mark} is the word for it.", "language": "en"}
        if luck < 0.2 and writer.own:
            pk, version, body = writer.own
            fields |= {"body": f"{body} Since then {mark}.", "version": str(version)}
            if PASSAGE in body:
                # They have seen the notice about it already.
                fields["notice_seen"] = "1"
            return Text(mark, f"/reviews/{pk}/edit/", fields, "changed")
        if luck < 0.35:
            fields["body"] += f"\n\n{PASSAGE}"
            return Text(mark, path, fields, "copied")
        if luck < 0.45:
            fields["language"] = "no such language"
            return Text(mark, path, fields, "refused")
        return Text(mark, path, fields, "new")

    def _send(self, text: Text, writer: Writer) -> None:
        times, status, where, page = self._send_until_answered(text, writer)
        if status == 303 and text.kind != "refused":
            self._note_stored(text, writer, where, times)
            return
        expect(status in (200, 409, 422), f"{text.kind} text was answered by {status}: {page[:300]}")
        expect(text.fields["body"] in html.unescape(page), f"{text.mark} is not in the page that answers it")
        if text.kind == "copied" and int(text.mark[-1]) % 2:
            # Seen the notice, and posts it all the same.
            again = Text(text.mark, text.path, {**text.fields, "notice_seen": "1"}, "posted anyway")
            self._send(again, writer)
            return
        with self.lock:
            self.outcome.returned[text.mark] = times
            self.outcome.kinds["warned" if text.kind == "copied" else text.kind] += 1
            expect(
                text.kind in ("copied", "refused"), f"{text.kind} text {text.mark} came back: {page[:300]}"
            )

    def _note_stored(self, text: Text, writer: Writer, where: str, times: int) -> None:
        pk = int("".join(filter(str.isdigit, where.rpartition("review")[2])))
        version = int(text.fields.get("version", "0")) + 1
        writer.own = (pk, version, text.fields["body"])
        with self.lock:
            self.outcome.stored[text.mark] = times
            self.outcome.kinds[text.kind] += 1

    def _send_until_answered(self, text: Text, writer: Writer) -> tuple[int, int, str, str]:
        """How often it was sent, then status, place and page of the answer."""
        deadline = time.monotonic() + START_SECONDS
        for times in itertools.count(1):
            try:
                status, where, page = self._post(text, writer)
            except (OSError, http.client.HTTPException) as error:
                self.outcome.unanswered[type(error).__name__] += 1
            else:
                if status < 500:
                    return times, status, where, page
                self.outcome.unanswered[str(status)] += 1
            expect(not self.trouble, self.trouble)
            expect(time.monotonic() < deadline, f"{text.mark} is never answered")
            time.sleep(0.2)
        raise AssertionError("not reached")

    def _post(self, text: Text, writer: Writer) -> tuple[int, str, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_SECONDS)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"sessionid={writer.session}; csrftoken={TOKEN}",
            "X-CSRFToken": TOKEN,
        }
        try:
            connection.request("POST", text.path, urllib.parse.urlencode(text.fields), headers)
            answer = connection.getresponse()
            return answer.status, answer.headers.get("Location", ""), answer.read().decode()
        finally:
            connection.close()


def make_people(submits: int) -> tuple[list[str], list[int]]:
    """The sessions of members, and titles to write about; the detector knows the passage."""
    from django.test import Client

    from reviews.services.registering import register_text
    from tests.factories import make_member, make_title

    register_text(text=PASSAGE, label="A magazine", url="https://example.org/")
    titles = [make_title() for _number in range(TITLES)]
    sessions = []
    for _number in range(max(HANDS, -(-submits // TEXTS_OF_ONE))):
        client = Client()
        client.force_login(make_member())
        sessions.append(client.cookies["sessionid"].value)
    return sessions, [title.pk for title in titles]


def remove_some() -> int:
    """What a moderator takes away is whole for its author; every tenth text."""
    from reviews.models import Matter, Review, ReviewState
    from reviews.moderation.targets import target_of
    from reviews.services.deciding import act_on
    from tests.factories import give_second_factor, make_member

    moderator = make_member(is_superuser=True, is_staff=True)
    give_second_factor(moderator)
    chosen = list(Review.objects.order_by("pk")[::10])
    for review in chosen:
        decision = act_on(
            target=target_of(Matter.REVIEW, review),
            moderator=moderator,
            kind="off-topic",
            verdict="remove",
            reason="It is about something else.",
            rule="off-topic",
        )
        now = Review.objects.get(pk=review.pk)
        expect(
            (now.state, now.body) == (ReviewState.REMOVED, review.body), f"review {review.pk} is not whole"
        )
        expect(decision.statements.get().text == review.body, f"its author did not get review {review.pk}")
    return len(chosen)


def expect_all_there(outcome: Outcome) -> None:
    from reviews.models import KnownText, Review, Revision

    texts = dict(Review.objects.values_list("pk", "body"))
    states = list(Revision.objects.order_by("number").values_list("review", "body"))
    for mark in outcome.stored:
        # A text that is changed later carries the marks of its earlier states.
        first = [pk for pk, body in states if mark in body]
        expect(first, f"{mark} was answered and is lost")
        expect(len(set(first)) == 1, f"{mark} is stored {len(set(first))} times: {first}")
        expect(mark in texts[first[0]], f"{mark} is no longer in review {first[0]}")
    for mark in outcome.returned:
        expect(not any(mark in body for _pk, body in states), f"{mark} came back in a page, and is stored")
    bodies = [body for _pk, body in states]
    expect(len(bodies) == len(set(bodies)) == len(outcome.stored), "a state is stored twice, or one too many")
    newest = dict(states)
    expect(newest == texts, "a text is not what its newest state says")
    known = KnownText.objects.filter(review__isnull=False).count()
    expect(known == len(texts), f"{len(texts) - known} texts are not known to the copy detector")


def run(submits: int, kills: int, seed: int) -> None:
    from tests.operation.kill_everything import free_port

    folder = Path(tempfile.mkdtemp(prefix="filmsite-kill-"))
    folder.chmod(0o711)
    machine = Machine(folder, free_port())
    try:
        machine.start_servers()
        kill_while_they_write(machine, random.Random(seed), submits, kills)
    except (Trouble, EmbeddedError) as trouble:
        log = folder / "web.log"
        said = "\n".join(log.read_text(errors="replace").splitlines()[-30:]) if log.exists() else ""
        raise Trouble(f"{trouble}\nThe web process said last:\n{said}") from trouble
    finally:
        machine.stop()
        rmtree(folder, ignore_errors=True)


def kill_while_they_write(machine: Machine, dice: random.Random, submits: int, kills: int) -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connections

    call_command("migrate", verbosity=0)
    sessions, titles = make_people(submits)
    # What this process holds would die with the database.
    connections.close_all()
    for name in ("web", "worker"):
        machine.start_part(name)
    writers = Writers(machine.port, sessions, titles, dice)
    struck: Counter[str] = Counter()
    victims = itertools.cycle(machine.kills)
    began = time.monotonic()
    for _turn in writers.write_all(submits):
        # Evenly over the texts; the last ones are written in peace.
        if struck.total() < kills and writers.answered >= submits * (struck.total() + 1) / (kills + 1):
            victim = next(victims)
            machine.kills[victim]()
            struck[victim] += 1
        if ended := [name for name, part in machine.parts.items() if part.poll() is not None]:
            writers.trouble = f"{ended} ended by itself"
        time.sleep(0.02)
    seconds = time.monotonic() - began
    outcome = writers.outcome
    expect(writers.answered == submits, f"{writers.answered} answers to {submits} texts")
    expect_all_there(outcome)
    removed = remove_some()
    again = sum(times > 1 for times in (*outcome.stored.values(), *outcome.returned.values()))
    print(
        f"{submits} texts in {seconds:.0f} s, {struck.total()} kills ({dict(struck)}): {dict(outcome.kinds)}"
    )
    print(f"sent again for want of an answer: {again} ({dict(outcome.unanswered)}); removed: {removed}")
    print(
        f"0 lost, 0 doubled; {len(outcome.stored)} stored once, {len(outcome.returned)} stood in their answer"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--submits", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=0, help="of all parts; one for 15 texts if not told")
    parser.add_argument("--seed", type=int, default=1997)
    options = parser.parse_args()
    try:
        run(options.submits, options.kills or options.submits // 15, options.seed)
    except Trouble as trouble:
        sys.exit(f"FAILED: {trouble}")
