"""Asking a script in a process of its own, which may crash, hang or talk without end: the caller goes on."""

import os
import subprocess
import sys
from pathlib import Path
from selectors import EVENT_READ, EVENT_WRITE, DefaultSelector
from time import monotonic

_CHUNK = 1 << 16


class NoAnswer(Exception):
    """The script crashed, took too long, or said too much; the message tells which."""


def ask_confined(script: Path, question: bytes, *, seconds: float, most: int) -> bytes:
    """Give all that the script writes when it is handed these bytes, at most `most` of them within `seconds`.

    The process gets nothing of this one: no environment, no open files but its pipes. It is killed at the end of this
    call, however that comes. Raises NoAnswer.
    """
    command = [sys.executable, "-I", str(script)]
    pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=nowhere, cwd="/", env={}) as child:  # noqa: S603  (our own script)
        try:
            answer = _converse(child, question, deadline=monotonic() + seconds, most=most)
            code = child.wait(timeout=1)
        except subprocess.TimeoutExpired:
            raise NoAnswer("it took too long") from None
        finally:
            child.kill()
    if code:
        raise NoAnswer(f"it ended with {code}")
    return answer


def _converse(child: subprocess.Popen[bytes], question: bytes, *, deadline: float, most: int) -> bytes:
    """Write and read at once, so that neither side waits for the other with a full pipe."""
    if child.stdin is None or child.stdout is None:
        raise ValueError("the child needs both pipes")
    rest, answer = memoryview(question), bytearray()
    os.set_blocking(child.stdin.fileno(), False)
    with DefaultSelector() as selector:
        selector.register(child.stdin, EVENT_WRITE)
        selector.register(child.stdout, EVENT_READ)
        while selector.get_map():
            ready = selector.select(max(deadline - monotonic(), 0))
            if monotonic() >= deadline:
                raise NoAnswer("it took too long")
            for key, _events in ready:
                if key.fileobj is child.stdout:
                    said = os.read(key.fd, _CHUNK)
                    answer += said
                    if len(answer) > most:
                        raise NoAnswer("it said too much")
                    done = not said
                else:
                    try:
                        rest = rest[os.write(key.fd, rest[:_CHUNK]) :]
                    except BrokenPipeError:
                        rest = rest[:0]  # it wants to hear no more; what it said may still be good
                    done = not rest
                if done:
                    selector.unregister(key.fileobj)
                    key.fileobj.close()  # type: ignore[union-attr]  # one of the two pipes
    return bytes(answer)
