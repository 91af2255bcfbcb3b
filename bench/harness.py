"""Turns, ratios, tables, and the crew of processes that keep a side busy."""

import json
import os
import platform
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from typing import NamedTuple

from filmsite.embedded import die_with_parent


@dataclass(frozen=True)
class Options:
    """What the command line asked for. `scale` multiplies the rows of made-up data, `seconds` is one turn of a side.

    With `full` the site is there already, at the size of `filmsite.synthetic.sizes`, and a bench makes up nothing.
    """

    rounds: int
    seconds: float
    scale: float
    full: bool = False
    # Where FLORES lies, for the benches of translations and of copied words.
    flores: Path | None = None
    # Real texts and hashes of real reviews, for the bench of copied words.
    leads: Path | None = None
    review_hashes: Path | None = None

    def scaled(self, rows: int) -> int:
        return max(1, round(rows * self.scale))


@dataclass(frozen=True)
class Result:
    """One line of a table: the medians of both sides, and the ratio of each round in order of size."""

    name: str
    against: str
    unit: str
    value: float
    base: float
    ratio: float
    lowest: float
    highest: float
    # What the ratio should at least be; a negative number is what it should at most be.
    budget: float | None = None
    note: str = ""


# ------------------------------------------------------------------------------------------------ turns


def take_turns(sides: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Let every side have its turn in every round, after one round that does not count; give what each returned."""
    found: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(rounds + 1):
        for name, turn in sides.items():
            value = turn()
            if number:
                found[name].append(value)
    return found


def compare(
    name: str,
    value: list[float],
    base: list[float],
    *,
    against: str,
    unit: str,
    budget: float | None = None,
    note: str = "",
) -> Result:
    """Bring the turns of a side and of the one it is measured against to a line of the table."""
    ratios = sorted(one / other for one, other in zip(value, base, strict=True))
    return Result(
        name, against, unit, median(value), median(base), median(ratios), ratios[0], ratios[-1], budget, note
    )


def goal(
    name: str, value: float, wanted: float, unit: str, *, at_least: bool = False, note: str = ""
) -> Result:
    """A line of the table beside what was promised: at most so much, or at least."""
    ratio = value / wanted
    # As it is found: the whole takes long.
    print(f"{name}: {value:.2f} {unit}, goal {wanted:g}; {note}")
    return Result(name, "goal", unit, value, wanted, ratio, ratio, ratio, 1.0 if at_least else -1.0, note)


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` (0 to 1) of them lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


# ------------------------------------------------------------------------------------------------ many at once


def end_with_parent(sig: signal.Signals) -> None:
    """Let the kernel send this process a signal when the one that started it ends, however it ends."""
    if (ask_kernel := die_with_parent(sig, of=os.getppid())) is not None:
        ask_kernel()


class Turn(NamedTuple):
    """What a crew did in one turn: things done a second, and the seconds that each of them took."""

    rate: float
    seconds: list[float]


class Crew:
    """Processes that repeat one thing for the length of a turn, all at once.

    `tools` is called in each process with its number and gives the things it can do, by name. Processes and not
    threads: the client must not be what is measured.
    """

    def __init__(self, size: int, tools: Callable[[int], Mapping[str, Callable[[], object]]]) -> None:
        context = get_context("fork")
        self.lines: list[Connection] = []
        self.processes = []
        for number in range(size):
            ours, theirs = context.Pipe()
            process = context.Process(target=_work, args=(theirs, tools, number), daemon=True)
            process.start()
            theirs.close()
            self.lines.append(ours)
            self.processes.append(process)

    def __enter__(self) -> "Crew":
        return self

    def __exit__(self, *exception: object) -> None:
        # Closing the lines is not enough: a process started later holds copies of those of the earlier ones.
        for line in self.lines:
            line.send(None)
        for process in self.processes:
            process.join()

    def turn(self, name: str, seconds: float) -> Turn:
        """Do one thing over and over for so many seconds; raise what went wrong in any process."""
        start = time.monotonic() + 0.05
        for line in self.lines:
            line.send((name, start, seconds))
        rate, took = 0.0, []
        for line in self.lines:
            answer = line.recv()
            if isinstance(answer, Exception):
                raise answer
            elapsed, each = answer
            rate += len(each) / elapsed
            took += each
        return Turn(rate, took)


def _work(line: Connection, tools: Callable[[int], Mapping[str, Callable[[], object]]], number: int) -> None:
    end_with_parent(signal.SIGKILL)
    can_do: Mapping[str, Callable[[], object]] | None = None
    while True:
        if (order := line.recv()) is None:
            return
        name, start, seconds = order
        try:
            can_do = can_do or tools(number)
            time.sleep(max(0.0, start - time.monotonic()))
            line.send(_repeat(can_do[name], seconds))
        except Exception as error:
            line.send(RuntimeError(f"{name}: {error!r}"))


def _repeat(do: Callable[[], object], seconds: float) -> tuple[float, list[float]]:
    took: list[float] = []
    begin = last = time.perf_counter()
    while last - begin < seconds:
        do()
        now = time.perf_counter()
        took.append(now - last)
        last = now
    return last - begin, took


# ------------------------------------------------------------------------------------------------ processors

PARTS = ("gunicorn", "postgres", "valkey")


def processor_seconds() -> dict[str, float]:
    """What the servers that this process started have taken of the processors so far, by part (Linux only).

    Beside pages a second it tells what a page costs when others keep the cores busy.
    """
    parents: dict[int, int] = {}
    spent: dict[int, float] = {}
    words: dict[int, str] = {}
    ticks = os.sysconf("SC_CLK_TCK")
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            # The name in brackets may hold anything; the numbers follow it.
            numbers = (folder / "stat").read_text().rpartition(")")[2].split()
            pid = int(folder.name)
            parents[pid] = int(numbers[1])
            spent[pid] = (int(numbers[11]) + int(numbers[12])) / ticks
            words[pid] = (folder / "cmdline").read_bytes().decode(errors="replace")
    found = dict.fromkeys(PARTS, 0.0)
    for pid in parents:
        ancestor: int | None = pid
        while ancestor and ancestor != os.getpid():
            ancestor = parents.get(ancestor)
        part = next((name for name in PARTS if name in words.get(pid, "")), None)
        if ancestor and part:
            found[part] += spent[pid]
    return found


# ------------------------------------------------------------------------------------------------ telling


def machine(server: str) -> str:
    """Where and beside what the numbers were taken."""
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    return f"{server}; Python {platform.python_version()}, {os.cpu_count()} cores, load average {load}"


def table(title: str, results: list[Result]) -> str:
    """The results as aligned text, each ratio with the smallest and the largest round, and its budget."""
    lines = [f"\n{title}", f"{'':34}{'site':>13}{'against':>13}  ratio (rounds)        budget"]
    for result in results:
        budget = ""
        if result.budget is not None:
            holds = result.ratio >= result.budget if result.budget > 0 else result.ratio <= -result.budget
            budget = (
                f"{'≥' if result.budget > 0 else '≤'} {abs(result.budget):g} {'holds' if holds else 'MISSED'}"
            )
        ratio = f"{result.ratio:.3f} ({result.lowest:.3f}–{result.highest:.3f})"
        lines.append(
            f"{result.name:34}{result.value:>13,.1f}{result.base:>13,.1f}  {ratio:22}{budget:14}"
            f"{result.unit}, against {result.against}{'; ' + result.note if result.note else ''}"
        )
    return "\n".join(lines)


def as_json(bench: str, where: str, options: Options, results: list[Result]) -> str:
    """One line for a machine to keep."""
    return json.dumps(
        {
            "bench": bench,
            "machine": where,
            "options": asdict(options),
            "results": [asdict(result) for result in results],
        },
        ensure_ascii=False,
        default=str,
    )
