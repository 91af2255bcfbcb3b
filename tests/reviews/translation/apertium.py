"""Apertium's real server for tests and measurements, shut in where nobody else can reach it.

It listens on every interface and cannot be told otherwise, so it gets a network of its own, with nothing in it but
itself. A Unix socket leads in; this side of it is a port of 127.0.0.1. Processes of its own too: they all end with the
one that was started here, and that one ends when whoever started it is gone, however that happened.

Run as a script this file is the inner side; it uses the standard library only.
"""

import contextlib
import fcntl
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path
from threading import Thread
from typing import Self

MODES = Path("/usr/share/apertium/modes")
PAIRS = ("spa-eng", "fr-es")
PORT = 2737
SECONDS_TO_START = 60


class NoApertium(Exception):
    """It cannot be run here; the message says why."""


class ApertiumServer:
    """`with ApertiumServer(folder) as server:` it answers at `server.url`. Raises NoApertium.

    Its socket and log are in the folder, which is the caller's to remove.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "socket"
        self._log = folder / "log"

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _start(self) -> None:
        if not shutil.which("apertium-apy"):
            raise NoApertium("apertium-apy is not installed")
        if missing := [pair for pair in PAIRS if not (MODES / f"{pair}.mode").exists()]:
            raise NoApertium(f"{', '.join(missing)} is not in {MODES}")
        separate = ["unshare", "--net", "--pid", "--fork", "--kill-child"]
        if os.geteuid():
            separate.append("--map-root-user")
        if not shutil.which("unshare") or subprocess.run([*separate, "true"], capture_output=True).returncode:
            raise NoApertium("this machine gives no network of its own (unshare --net)")
        self._inside = subprocess.Popen(
            [*separate, sys.executable, __file__, self._path, self._log],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        self._wait("started")
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        Thread(target=_let_in, args=(self._door, str(self._path)), daemon=True).start()

    def __exit__(self, *args: object) -> None:
        if hasattr(self, "_door"):
            # Closing alone leaves the thread in accept() for ever.
            with contextlib.suppress(OSError):
                self._door.shutdown(socket.SHUT_RDWR)
            self._door.close()
        if hasattr(self, "_inside"):
            self._inside.kill()
            self._inside.communicate()

    def kill(self) -> None:
        """`kill -9` for the server and all that works for it."""
        self._say("kill", "killed")

    def freeze(self) -> None:
        """Stop the server where it is: it lets everybody in and says nothing. Only `kill` ends it."""
        self._say("freeze", "frozen")

    def start(self) -> None:
        """Start it again after `kill`, and wait until it listens."""
        self._say("start", "started")

    def _say(self, word: str, answer: str) -> None:
        assert self._inside.stdin
        self._inside.stdin.write(f"{word}\n")
        self._wait(answer)

    def _wait(self, answer: str) -> None:
        assert self._inside.stdout
        if (said := self._inside.stdout.readline().strip()) != answer:
            log = self._log.read_text()[-2000:] if self._log.exists() else ""
            raise NoApertium(f"it did not come up: {said or 'it ended'}\n{log}")


def _let_in(door: socket.socket, where: str | int) -> None:
    """Lead every connection to a Unix socket or a port of 127.0.0.1, until the door is closed."""
    while True:
        try:
            client, _ = door.accept()
        except OSError:
            return
        Thread(target=_relay, args=(client, where), daemon=True).start()


def _relay(client: socket.socket, where: str | int) -> None:
    kind = socket.AF_UNIX if isinstance(where, str) else socket.AF_INET
    with client, socket.socket(kind) as server:
        try:
            server.connect(where if isinstance(where, str) else ("127.0.0.1", where))
        except OSError:
            return  # to the client it is as if the server had hung up
        back = Thread(target=_copy, args=(server, client), daemon=True)
        back.start()
        _copy(client, server)
        back.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(1 << 16):
            target.sendall(data)
    # What was said is said; both may hang up.
    for end, how in ((target, socket.SHUT_WR), (source, socket.SHUT_RD)):
        with contextlib.suppress(OSError):
            end.shutdown(how)


# --- The inner side ---------------------------------------------------------------------------------------


def inside(path: str, log: str) -> None:
    """Run the server and do what is said on stdin, until that ends."""
    _raise_loopback()
    server = _started(log)
    door = socket.socket(socket.AF_UNIX)
    door.bind(path)
    door.listen(64)
    Thread(target=_let_in, args=(door, PORT), daemon=True).start()
    print("started", flush=True)
    for line in sys.stdin:
        match line.strip():
            case "kill":
                os.killpg(server.pid, signal.SIGKILL)
                server.wait()
                print("killed", flush=True)
            case "freeze":
                os.killpg(server.pid, signal.SIGSTOP)
                print("frozen", flush=True)
            case "start":
                server = _started(log)
                print("started", flush=True)


def _raise_loopback() -> None:
    """A new network has 127.0.0.1, and it is down."""
    set_flags, up_and_running = 0x8914, 0x41
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, set_flags, struct.pack("16sh", b"lo", up_and_running))


def _started(log: str) -> "subprocess.Popen[bytes]":
    with Path(log).open("ab") as output:
        server = subprocess.Popen(
            ["apertium-apy", "--port", str(PORT), str(MODES)],
            # APy refuses to start in a locale of bytes, such as that of a bare environment.
            env={**os.environ, "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    latest = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < latest and server.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", PORT), 1):
            return server
        time.sleep(0.05)
    raise SystemExit("it does not listen")


if __name__ == "__main__":
    inside(*sys.argv[1:3])
