"""The whole site with one command: servers, migrations, worker, beat and web, until Ctrl-C."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from django.core.management import BaseCommand, CommandError
from django.core.management.base import CommandParser

from filmsite.demo import DEMO_ACCOUNTS
from filmsite.embedded import (
    CHECKOUT,
    EmbeddedError,
    Ownership,
    Servers,
    data_folder,
    die_with_parent,
    secret_key,
    start_missing,
)

HOST = "127.0.0.1"


class Command(BaseCommand):
    help = "Runs the whole site on this machine: PostgreSQL, Valkey, worker, beat and web. Ctrl-C stops all of it."
    # The settings' checks would ask a database that does not run yet; `prepare` runs them all.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="Serve on this port (8000).")
        parser.add_argument(
            "--data", help="Keep everything in this folder (FILMSITE_DATA, or var in the checkout)."
        )
        parser.add_argument(
            "--demo", action="store_true", help="Load the demo community; its passwords are printed."
        )
        parser.add_argument(
            "--stop-with-parent", action="store_true", help="Stop when the starting process ends."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if os.environ.get("FILMSITE_ENV") == "production":
            raise CommandError("`dev` is not for production; docs/operating.md shows how to run each part.")
        if options["stop_with_parent"]:
            stop_with_parent()
        for sig in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(sig, interrupt)
        try:
            Site(data_folder(options["data"]), options["port"], demo=options["demo"]).run()
        except EmbeddedError as error:
            raise CommandError(str(error)) from error


class Site:
    """One running site on one data folder: starts the parts in order, watches them, stops them in reverse."""

    def __init__(self, data: Path, port: int, *, demo: bool) -> None:
        self.data = data
        self.port = port
        self.demo = demo
        self.started = time.time()
        # What requests and tasks in hand get to finish once everything stops.
        self.grace = 12.0

    def run(self) -> None:
        """Run until Ctrl-C; raise EmbeddedError when a part cannot start or ends by itself."""
        refuse_taken_port(self.port)
        ownership = Ownership(self.data)
        if not ownership.take():
            pid, command = ownership.who()
            raise EmbeddedError(
                f"Filmsite is already running on {self.data} (pid {pid}, {command}); stop it or choose another DATA=…."
            )
        self.say(f"Data in {self.data}, logs in {self.data / 'logs'}")
        servers = Servers(self.data, family=ownership.family)
        self.children = servers.children
        try:
            self.start(ownership, servers)
            self.greet()
            self.watch()
        except KeyboardInterrupt:
            print(flush=True)
        finally:
            # Once is enough; a second Ctrl-C leaves at once, and the kernel stops what is still there.
            for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(sig, lambda *_: os._exit(1))
            self.stop(servers)
            ownership.release()

    # -- start

    def start(self, ownership: Ownership, servers: Servers) -> None:
        self.say("Starting PostgreSQL and Valkey…")
        addresses = start_missing(servers)
        ownership.publish(addresses)
        environment = self.environment(addresses)
        self.prepare(environment)
        self.say("Starting worker, beat and web…")
        # They keep nothing of their own, so the kernel may kill them outright when this process is killed.
        self.children.start("worker", self.worker_command(), signal.SIGKILL, env=environment, cwd=CHECKOUT)
        self.children.start("beat", self.beat_command(), signal.SIGKILL, env=environment, cwd=CHECKOUT)
        # Threads share a pool; the worker's processes keep a connection each.
        web_environment = environment | {"DB_POOL": "1"}
        self.children.start("web", self.web_command(), signal.SIGKILL, env=web_environment, cwd=CHECKOUT)
        self.children.wait_until("web", self.web_answers)

    def environment(self, addresses: dict[str, str]) -> dict[str, str]:
        """Return the settings of every part, in the variables of docs/operating.md."""
        settings = {
            "DJANGO_SETTINGS_MODULE": "filmsite.settings",
            "FILMSITE_DATA": str(self.data),
            "FILMSITE_DEMO": str(int(self.demo)),
            "FILMSITE_URL": os.environ.get("FILMSITE_URL") or f"http://localhost:{self.port}",
            "SECRET_KEY": os.environ.get("SECRET_KEY") or secret_key(self.data),
            "PYTHONUNBUFFERED": "1",
        }
        return {**os.environ, **addresses, **settings}

    def prepare(self, environment: dict[str, str]) -> None:
        """Migrate and fill in a process of its own, since this one read its settings before the servers ran."""
        command = [sys.executable, str(CHECKOUT / "manage.py"), "prepare", f"--started={self.started}"]
        prepared = subprocess.run(
            command, env=environment, cwd=CHECKOUT, preexec_fn=die_with_parent(signal.SIGKILL), check=False
        )
        if prepared.returncode:
            raise EmbeddedError("The site could not be prepared; the lines above say why.")

    def worker_command(self) -> list[str]:
        options = ["--concurrency=2", "--queues=default,translation", "--without-gossip", "--without-mingle"]
        return [sys.executable, "-m", "celery", "--app=filmsite", "worker", "--loglevel=INFO", *options]

    def beat_command(self) -> list[str]:
        options = [f"--schedule={self.data / 'beat-schedule'}", "--pidfile="]
        return [sys.executable, "-m", "celery", "--app=filmsite", "beat", "--loglevel=INFO", *options]

    def web_command(self) -> list[str]:
        options = ["--config=python:filmsite.gunicorn_conf", f"--bind={HOST}:{self.port}"]
        return [sys.executable, "-m", "gunicorn", *options]

    def web_answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://{HOST}:{self.port}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    # -- run

    def say(self, words: str) -> None:
        print(f"{time.time() - self.started:6.1f} s  {words}", flush=True)

    def greet(self) -> None:
        self.say(f"Ready: http://localhost:{self.port}/   (Ctrl-C stops everything)")
        if self.demo:
            print("\n          Demo accounts (name, password):", flush=True)
            for role, username, password in DEMO_ACCOUNTS:
                print(f"          {role:<16}  {username:<14}  {password}", flush=True)
            print("          Nobody else has a password; staff moderate every section.", flush=True)
        else:
            print(
                "\n          Make the first staff account with: .venv/bin/python manage.py createsuperuser",
                flush=True,
            )

    def watch(self) -> NoReturn:
        """Look after the children for ever; raise when one of them ends."""
        while True:
            name = self.children.first_ended()
            if name is not None:
                self.grace = 3.0  # without the one that ended, most of them wait in vain
                code = self.children.processes[name].returncode
                ending = (
                    f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
                )
                raise EmbeddedError(
                    f"{name} {ending}, so everything stops; start again to recover. {self.children.end_of_log(name)}"
                )
            time.sleep(0.2)

    # -- stop

    def stop(self, servers: Servers) -> None:
        """Stop in the order in which nothing is lost: who does the work first, who keeps the data last.

        A task that takes longer than the time it gets is handed out again at the next start.
        """
        self.say("Stopping…")
        self.children.stop(dict.fromkeys(("web", "beat", "worker"), signal.SIGTERM), self.grace)
        servers.stop()
        self.say("Stopped.")


def refuse_taken_port(port: int) -> None:
    """Say so before anything starts when another program listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError) as error:
            raise EmbeddedError(
                f"Port {port} cannot be used ({error}). Choose another, for example: make run PORT={port + 1}."
            ) from error


def interrupt(number: int, frame: FrameType | None) -> NoReturn:
    """Take the same way out for every signal that asks to stop."""
    raise KeyboardInterrupt


def stop_with_parent() -> None:
    """Stop when `make` is killed, as if it had passed the signal on."""
    ask_kernel = die_with_parent(signal.SIGTERM, of=os.getppid())
    if ask_kernel is not None:
        ask_kernel()
