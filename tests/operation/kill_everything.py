"""Kill each part of a running site with SIGKILL while members vote, and see what is left.

    python tests/operation/kill_everything.py

starts the whole site on a throw-away folder, and for worker, Valkey, PostgreSQL, web, beat and the owner in turn:
votes through HTTP, kills the part, and checks that

* the owner reports the death and ends with code 1 (or is itself the victim),
* no process of the site is left,
* the next start is clean, and every vote whose answer arrived is there, with totals equal to a recount.

Linux only: the processes are found through /proc. `test_killing.py` runs the same as a test.
"""

import http.client
import itertools
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psutil
import psycopg

CHECKOUT = Path(__file__).resolve().parents[2]
VICTIMS = {
    "worker": "celery --app=filmsite worker",
    "valkey": "valkey-server",
    "postgres": "bin/postgres -D",
    "web": "gunicorn",
    "beat": "celery --app=filmsite beat",
    "owner": "manage.py dev",
}
MEMBERS, TITLES = 6, 12
START_SECONDS, END_SECONDS = 400, 60

# Runs in `manage.py shell`, which joins the servers of the running site.
MAKE_ROWS = f"""
import json
from django.test import Client
from tests.factories import make_member, make_title
titles = [make_title().pk for _ in range({TITLES})]
sessions = {{}}
for number in range({MEMBERS}):
    member, client = make_member(), Client()
    client.force_login(member)
    sessions[member.pk] = client.cookies["sessionid"].value
print(json.dumps({{"titles": titles, "sessions": sessions}}))
"""


class Trouble(AssertionError):
    """What this script looks for."""


def expect(condition: object, words: str) -> None:
    if not condition:
        raise Trouble(words)


class Site:
    """The site as an operator runs it: one process, seen from outside."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = free_port()
        self.output = data.with_name(data.name + ".out")
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        ours = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "PYTEST_")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        return inherited | {"FILMSITE_DATA": str(self.data), "LOG_LEVEL": "WARNING"}

    def start(self) -> float:
        """Start and wait until it says that it is ready; return the seconds that took."""
        began = time.monotonic()
        command = [sys.executable, "manage.py", "dev", f"--port={self.port}"]
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                command,
                cwd=CHECKOUT,
                env=self.environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        while "Ready:" not in self.said():
            expect(self.process.poll() is None, f"the site did not start:\n{self.said()}")
            expect(
                time.monotonic() - began < START_SECONDS, f"the site takes too long to start:\n{self.said()}"
            )
            time.sleep(0.05)
        return time.monotonic() - began

    def said(self) -> str:
        return self.output.read_text(errors="replace")

    def shell(self, code: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", "shell", "--verbosity=0", "--command", code],
            cwd=CHECKOUT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        expect(done.returncode == 0, f"manage.py shell failed:\n{done.stderr}")
        return done.stdout.strip().splitlines()[-1]

    def kill(self, victim: str) -> None:
        """Send SIGKILL to one process of the site, chosen by its name in VICTIMS."""
        assert self.process is not None
        owner = psutil.Process(self.process.pid)
        family = [owner, *owner.children()]
        found = [process for process in family if VICTIMS[victim] in " ".join(process.cmdline())]
        expect(found, f"{victim} is not running")
        found[0].kill()

    def wait_for_end(self) -> int:
        assert self.process is not None
        try:
            return self.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            raise Trouble(f"the owner still runs after {END_SECONDS} s:\n{self.said()}") from None

    def expect_nothing_left(self) -> None:
        deadline = time.monotonic() + END_SECONDS
        while left := self.processes():
            expect(time.monotonic() < deadline, f"still running: {left}")
            time.sleep(0.1)

    def processes(self) -> list[str]:
        """Every process that names the data folder in its command line or settings, or holds its family lock."""
        return [
            f"{process.pid} {' '.join(process.cmdline())[:100]}"
            for process in psutil.process_iter()
            if process.pid != os.getpid() and self.owns(process)
        ]

    def owns(self, process: psutil.Process) -> bool:
        proc, data = Path(f"/proc/{process.pid}"), str(self.data).encode()
        try:
            if data in (proc / "cmdline").read_bytes() or data in (proc / "environ").read_bytes():
                return True
            return any(os.readlink(entry) == f"{self.data}/family.lock" for entry in (proc / "fd").iterdir())
        except OSError:  # it has ended, or belongs to somebody else
            return False

    def query(self, sql: str) -> list[tuple[int, ...]]:
        url = json.loads((self.data / "servers.json").read_text())["addresses"]["DATABASE_URL"]
        with psycopg.connect(url) as connection:
            return connection.execute(sql).fetchall()


class Ballot(NamedTuple):
    member: str
    title: int


class Voters:
    """Members who vote without pause, and remember which of their votes the site has answered."""

    def __init__(self, site: Site, sessions: dict[str, str], titles: list[int]) -> None:
        self.site, self.sessions, self.titles = site, sessions, titles
        self.dice = random.Random(1997)
        self.acknowledged: dict[Ballot, int] = {}
        # Sent, and no answer came: the site may hold any of these.
        self.unanswered: dict[Ballot, set[int]] = {}
        self.answers = self.last_status = 0

    @contextmanager
    def voting(self) -> Iterator[None]:
        """Vote in the background until the block ends."""
        enough = threading.Event()
        thread = threading.Thread(target=self.vote_until, args=[enough], daemon=True)
        thread.start()
        try:
            yield
        finally:
            enough.set()
            thread.join()

    def vote_until(self, enough: threading.Event) -> None:
        for member in itertools.cycle(self.sessions):
            if enough.is_set():
                return
            self.vote(Ballot(member, self.dice.choice(self.titles)), self.dice.randint(1, 10))

    def wait_for_answers(self, count: int) -> None:
        wanted, deadline = self.answers + count, time.monotonic() + START_SECONDS
        while self.answers < wanted:
            expect(
                time.monotonic() < deadline, f"votes are not answered; the last status was {self.last_status}"
            )
            time.sleep(0.01)

    def vote(self, ballot: Ballot, value: int) -> None:
        self.unanswered.setdefault(ballot, set()).add(value)
        try:
            status = post_vote(self.site.port, self.sessions[ballot.member], ballot.title, value)
        except (OSError, http.client.HTTPException):
            time.sleep(0.02)
            return
        self.last_status = status
        if status == 303:
            self.acknowledged[ballot] = value
            self.unanswered[ballot].clear()
            self.answers += 1
        elif status == 429:  # nobody votes this fast by hand
            time.sleep(0.2)

    def possible(self, ballot: Ballot) -> set[int]:
        return {self.acknowledged[ballot]} | self.unanswered[ballot]


def post_vote(port: int, session: str, title: int, value: int) -> int:
    """Vote as a browser without JavaScript does; return the status of the answer."""
    token = "k" * 32
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": f"sessionid={session}; csrftoken={token}",
        "X-CSRFToken": token,
    }
    try:
        connection.request("POST", f"/titles/{title}/vote/", f"value={value}", headers)
        return connection.getresponse().status
    finally:
        connection.close()


def expect_votes_kept(site: Site, voters: Voters) -> None:
    stored = {Ballot(str(member), title): value for member, title, value in site.query(VOTES)}
    for ballot in voters.acknowledged:
        expect(ballot in stored, f"the vote of {ballot} is lost")
        expect(
            stored[ballot] in voters.possible(ballot),
            f"{ballot} holds {stored[ballot]}, which was not cast last",
        )
    wrong = site.query(WRONG_TOTALS)
    expect(not wrong, f"totals differ from a recount: {wrong}")


VOTES = "SELECT member_id, title_id, value FROM reviews_vote"
WRONG_TOTALS = """
    SELECT totals.title_id, totals.vote_count, totals.vote_sum, count(vote.id), coalesce(sum(vote.value), 0)
    FROM films_titletotals AS totals
    LEFT JOIN reviews_vote AS vote ON vote.title_id = totals.title_id AND vote.counted
    GROUP BY totals.title_id, totals.vote_count, totals.vote_sum
    HAVING (totals.vote_count, totals.vote_sum) IS DISTINCT FROM (count(vote.id), coalesce(sum(vote.value), 0))
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def kill_in_turn(site: Site, victims: list[str]) -> None:
    print(f"started on an empty folder in {site.start():.1f} s")
    rows = json.loads(site.shell(MAKE_ROWS))
    voters = Voters(site, rows["sessions"], rows["titles"])
    for victim in victims:
        with voters.voting():
            voters.wait_for_answers(25)
            killed = time.monotonic()
            site.kill(victim)
            expect_death(site, victim)
        site.expect_nothing_left()
        gone = time.monotonic() - killed
        seconds = site.start()
        expect_votes_kept(site, voters)
        print(
            f"killed {victim}: all gone after {gone:.1f} s, all of {voters.answers} answered votes kept, "
            f"started again in {seconds:.1f} s"
        )
    stop(site)
    print("stopped when asked, nothing left running")


def expect_death(site: Site, victim: str) -> None:
    code = site.wait_for_end()
    if victim == "owner":
        expect(code == -signal.SIGKILL, f"the owner ended with {code}")
    else:
        expect(code == 1, f"the owner ended with {code}, not 1:\n{site.said()}")
        expect(f"{victim} was killed by SIGKILL" in site.said(), f"the death is not reported:\n{site.said()}")


def stop(site: Site) -> None:
    assert site.process is not None
    site.process.terminate()
    expect(site.wait_for_end() == 0, f"an asked stop did not end well:\n{site.said()}")
    site.expect_nothing_left()


def main(victims: list[str]) -> None:
    folder = Path(tempfile.mkdtemp(prefix="filmsite-kill-"))
    folder.chmod(0o711)
    site = Site(folder / "data")
    try:
        kill_in_turn(site, victims or list(VICTIMS))
    finally:
        if site.process and site.process.poll() is None:
            site.process.kill()
            site.process.wait()
            site.expect_nothing_left()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Trouble as trouble:
        sys.exit(f"FAILED: {trouble}")
