"""What a process grows by with each model of the embedded engine. Runs in a process of its own, before there is a site."""

import re
from multiprocessing.connection import Connection
from pathlib import Path

from reviews.translation.engines.fx import FxEngine


def load_pairs(line: Connection) -> None:
    """Load every pair, one after the other, and send how much each took, in MB (Linux only)."""
    engine = FxEngine()
    grown, before = [], _resident()
    for src, dst in sorted(engine.capabilities().pairs):
        engine.translate(["O menino perdeu os sapatos."], src=src, dst=dst)
        now = _resident()
        grown.append(now - before)
        before = now
    line.send(grown)


def _resident() -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]  # the kernel always says it
