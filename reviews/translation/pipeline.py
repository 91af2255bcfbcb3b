"""From a review in one language to the same review in another, Markdown to Markdown.

Cut into sentences, hide names, ask the memory, ask the engine for the rest, refuse what is wrong, put
everything back in its place. A sentence that nothing could translate well stays as the author wrote it. The
result is as untrusted as any member's text and goes through `filmsite.lib.text` like it.
"""

import hashlib
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Protocol

from filmsite.lib.languages import detect, primary, same_language
from filmsite.lib.text import escape_markdown
from reviews.translation import gates
from reviews.translation.base import Engine, Failed, FailureKind, Result, batches, call_engine
from reviews.translation.masking import (
    EMOJI,
    OBJECT,
    TOKEN,
    Atom,
    Masked,
    find_atoms,
    from_form,
    mask,
    pieces,
    to_form,
    tokens,
    unmask,
)
from reviews.translation.routes import resolve_pair
from reviews.translation.segments import Document, Mark, Passage, Sentence, parse
from reviews.translation.shaping import Shape, is_shouted, shapes

# Part of every memory key and of every stored translation: a new number makes all of them again.
PIPELINE_VERSION: Final = 1
# When less than this share of the words could be translated, the original reads better than the mixture.
MIN_TRANSLATED_SHARE: Final = 0.5
MAX_MARK_WORDS: Final = 12

_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_EDGE_START = re.compile(rf"^(?:{EMOJI.pattern}|[\s–—-])+")
_EDGE_END = re.compile(rf"(?:{EMOJI.pattern}|\s)+$")
# Failures that say something of the engine or the hour, not of the sentence.
_STOPPING = frozenset(
    {FailureKind.RETRYABLE, FailureKind.QUOTA, FailureKind.UNSUPPORTED, FailureKind.REJECTED}
)


class Status(StrEnum):
    """How a translation ended. The values are those of the stored row."""

    DONE = "done"
    PARTIAL = "partial"
    FAILED = "failed"
    UNSUPPORTED = "unsupported"


class Memory(Protocol):
    """Translated sentences of before, by key; both texts are masked, so names never travel between
    reviews.
    """

    def get_many(self, keys: Sequence[bytes]) -> Mapping[bytes, str]:
        """Give the texts that are known; one query for all keys."""

    def put_many(self, items: Sequence[tuple[bytes, str]]) -> None:
        """Keep texts; called after each batch, so that a crash costs one batch at most."""


class DictMemory(dict[bytes, str]):
    """A memory for tests and previews."""

    def get_many(self, keys: Sequence[bytes]) -> Mapping[bytes, str]:
        return {key: self[key] for key in keys if key in self}

    def put_many(self, items: Sequence[tuple[bytes, str]]) -> None:
        self.update(items)


@dataclass(frozen=True, slots=True)
class TranslationOutcome:
    """What came of a translation.

    `source` is Markdown to store and render; with status failed or unsupported it is the original. `reason`
    is a short word for the log and the operator. `words` counts the words in the sentences that were
    translated, `engine_words` those that the engine was asked for. `keys` are the memory keys in use, `fresh`
    what the engine added. `retry_after` (seconds) is set when a later try may do better, 0 meaning whenever
    suits.
    """

    source: str
    status: Status
    reason: str = ""
    words: int = 0
    engine_words: int = 0
    sentences: int = 0
    kept: int = 0
    keys: tuple[bytes, ...] = ()
    fresh: tuple[tuple[bytes, str], ...] = ()
    engine: str = ""
    fingerprint: str = ""
    retry_after: float | None = None


def segment_key(text: str, *, src: str, dst: str, engine: str, fingerprint: str) -> bytes:
    """Give the memory key (32 bytes) of a masked sentence."""
    parts = (src, dst, engine, fingerprint, str(PIPELINE_VERSION), text)
    return hashlib.sha256("\x1f".join(parts).encode(errors="surrogatepass")).digest()


def translate_source(
    source: str,
    *,
    src: str,
    dst: str,
    engine: Engine,
    names: Iterable[str] = (),
    renamed: Mapping[str, str] | None = None,
    memory: Memory | None = None,
    deadline: float | None = None,
    placeholder: str | None = None,
) -> TranslationOutcome:
    """Translate a review's source text.

    `names` (titles, people) come back exactly as written, or as `renamed` says for the target language.
    `deadline` is on the `time.monotonic` clock; what is ready by then is kept. `placeholder` is the token
    form that `probe` found best for the pair. Calls the engine, which may take seconds: never within a request.
    """
    capabilities = engine.capabilities()
    pair = resolve_pair(capabilities.pairs, src, dst)
    if same_language(src, dst):
        return TranslationOutcome(source, Status.UNSUPPORTED, "same_language", engine=engine.key)
    if pair is None:
        return TranslationOutcome(source, Status.UNSUPPORTED, "no_pair", engine=engine.key)
    forms = tuple(dict.fromkeys((*([placeholder] if placeholder else []), *capabilities.placeholders)))
    run = _Run(engine, *pair, forms=forms, memory=memory, deadline=deadline)
    document = parse(source)
    names = tuple(dict.fromkeys(name for name in (*names, *(renamed or {})) if name.strip()))
    jobs: dict[int, list[_Job | str]] = {}
    for place, passage in enumerate(document.passages()):
        if not _is_already(passage, dst, names):
            jobs[place] = [
                part if isinstance(part, str) else _Job.of(part, names, renamed or {}, run)
                for part in passage.parts
            ]
    run.translate_units()
    return _outcome(source, document, jobs, run)


def _is_already(passage: Passage, dst: str, names: tuple[str, ...]) -> bool:
    """True for a passage that stands in the target language already: it is copied."""
    found = detect(passage.source, names=names)
    return found.reliable and same_language(found.language, dst)


def _outcome(
    source: str, document: Document, jobs: Mapping[int, Sequence["_Job | str"]], run: "_Run"
) -> TranslationOutcome:
    all_jobs = [job for parts in jobs.values() for job in parts if isinstance(job, _Job)]
    wanted = [job for job in all_jobs if job.unit is not None]
    done = [job for job in wanted if job.is_translated()]
    words, all_words = sum(job.words for job in done), sum(job.words for job in wanted)
    translated = {
        place: "".join(part if isinstance(part, str) else part.markdown() for part in parts)
        for place, parts in jobs.items()
        if any(isinstance(part, _Job) and part.is_translated() for part in parts)
    }
    stop = run.stopped
    retry = (
        (stop.retry_after or 0) if stop and stop.kind in (FailureKind.RETRYABLE, FailureKind.QUOTA) else None
    )
    reason = str(stop.kind) if stop else run.first_fault()
    if stop and stop.kind is FailureKind.UNSUPPORTED and not done:
        status = Status.UNSUPPORTED
    elif not wanted:
        status, reason = Status.DONE, "nothing_to_translate"
    elif words < MIN_TRANSLATED_SHARE * all_words or not done:
        status = Status.FAILED
    else:
        status = Status.DONE if len(done) == len(wanted) else Status.PARTIAL
    readable = status in (Status.DONE, Status.PARTIAL)
    return TranslationOutcome(
        source=document.join(translated) if readable else source,
        status=status,
        reason="" if status is Status.DONE and wanted else reason,
        words=words,
        engine_words=run.engine_words,
        sentences=len(wanted),
        kept=len(wanted) - len(done),
        keys=tuple(unit.key for unit in run.units.values() if unit.answer is not None),
        fresh=tuple(run.fresh),
        engine=run.engine.key,
        fingerprint=run.fingerprint,
        retry_after=retry,
    )


# --- One sentence ---------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Job:
    """One sentence on its way: the unit that is translated, and how to dress the answer again.

    A link within a sentence is an atom like a name; its own words are a job of their own (`labels`).
    """

    sentence: Sentence
    start: str
    end: str
    masked: Masked
    shown: tuple[str, ...]
    labels: Mapping[int, tuple[Mark, "_Job"]]
    marks: tuple[tuple[Mark, "_Unit | None"], ...]
    unit: "_Unit | None"
    words: int

    @classmethod
    def of(cls, sentence: Sentence, names: Sequence[str], renamed: Mapping[str, str], run: "_Run") -> "_Job":
        text = sentence.text.replace("\n", " ")
        head, tail = _EDGE_START.match(text), _EDGE_END.search(text)
        start = head.end() if head else 0
        end = max(tail.start() if tail else len(text), start)
        core = text[start:end]
        marks = [
            Mark(max(m.start - start, 0), min(m.end, end) - start, m.strong, m.emphasis, m.href)
            for m in sentence.marks
            if m.start < end and m.end > start
        ]
        atoms = find_atoms(core, names=names, renamed=renamed, any_case=is_shouted(core))
        atoms = _with_marked_titles(core, atoms, marks)
        links = [mark for mark in marks if mark.href and not _is_whole(mark, core)]
        atoms = _with_links(core, atoms, links)
        masked = mask(core, atoms)
        shown, used = _dress(core, atoms, marks, sentence)
        labels = {}
        for place, atom in enumerate(atoms):
            for mark in links:
                if (mark.start, mark.end) == (atom.start, atom.end) and mark not in used:
                    before = core[: mark.start].count(OBJECT)
                    inner = core[mark.start : mark.end]
                    objects = sentence.objects[before : before + inner.count(OBJECT)]
                    labels[place] = mark, cls.of(Sentence(inner, (), objects), names, renamed, run)
                    used.add(mark)
        words = len(_WORD.findall(TOKEN.sub(" ", masked.text)))
        unit = run.unit(masked.text) if words else None
        rest = tuple((mark, run.mark_unit(core, mark, atoms)) for mark in marks if mark not in used)
        return cls(sentence, text[:start], text[end:], masked, shown, labels, rest, unit, words)

    def is_translated(self) -> bool:
        return self.unit is not None and self.unit.answer is not None

    def markdown(self) -> str:
        """Give the sentence in the target language, or as it was."""
        if self.unit is None or self.unit.answer is None:
            return self.sentence.markdown()
        shown = list(self.shown)
        for place, (mark, label) in self.labels.items():
            shown[place] = mark.wrap(label.markdown())
        whole = unmask(_project(self.unit.answer, self.marks), shown)
        if whole is None:
            return self.sentence.markdown()
        return f"{_edge(self.start)}{whole}{_edge(self.end)}"


def _edge(text: str) -> str:
    # Emoji, dashes and white space; bare addresses at an edge are atoms of the core.
    return escape_markdown(text) if text.strip() else text


def _is_whole(mark: Mark, core: str) -> bool:
    """True for a mark round all of a sentence but its full stop."""
    return mark.start == 0 and mark.end >= len(core.rstrip(" .!?…"))


def _with_links(core: str, atoms: list[Atom], links: Sequence[Mark]) -> list[Atom]:
    for mark in links:
        atoms = [atom for atom in atoms if not _overlap(atom, mark)]
        atoms.append(Atom(mark.start, mark.end, core[mark.start : mark.end]))
    return sorted(atoms, key=lambda atom: atom.start)


def _overlap(atom: Atom, mark: Mark) -> bool:
    return atom.start < mark.end and mark.start < atom.end


def _inside(atom: Atom, mark: Mark) -> bool:
    return mark.start <= atom.start and atom.end <= mark.end


def _with_marked_titles(core: str, atoms: list[Atom], marks: Sequence[Mark]) -> list[Atom]:
    """Take an emphasised run of capitalised words for a title: "*The Color of Paradise*" is hardly anything
    else.
    """
    for mark in marks:
        inner = core[mark.start : mark.end]
        words = inner.split()
        if (
            mark.emphasis
            and not mark.href
            and len(words) > 1
            and not _is_whole(mark, core)
            and OBJECT not in inner
            and not inner.isupper()
            and all(word[:1].isupper() or word[:1].isdigit() for word in words if len(word) > 3)
            and (words[0][:1].isupper() or words[0][:1].isdigit())
            and sum(word[:1].isupper() for word in words) > 1
            and all(_inside(atom, mark) for atom in atoms if _overlap(atom, mark))
        ):
            atoms = [atom for atom in atoms if not _overlap(atom, mark)]
            atoms.append(Atom(mark.start, mark.end, inner))
    return sorted(atoms, key=lambda atom: atom.start)


def _dress(
    core: str, atoms: Sequence[Atom], marks: Sequence[Mark], sentence: Sentence
) -> tuple[tuple[str, ...], set[Mark]]:
    """Give each atom's Markdown, with the emphasis that is exactly round it, and the marks so used."""
    shown: list[str] = []
    used: set[Mark] = set()
    for atom in atoms:
        inner = core[atom.start : atom.end]
        if inner == OBJECT:
            markdown = sentence.objects[core[: atom.start].count(OBJECT)]
        else:
            markdown = escape_markdown(atom.shown)
        for mark in marks:
            words = core[mark.start : mark.end]
            lead = mark.start + len(words) - len(words.lstrip())
            if not mark.href and (lead, lead + len(words.strip())) == (atom.start, atom.end):
                markdown = mark.wrap(markdown)
                used.add(mark)
        shown.append(markdown)
    return tuple(shown), used


def _project(answer: str, marks: Sequence[tuple[Mark, "_Unit | None"]]) -> str:
    """Escape an answer and put marks back: round all of it, or where their own words are found exactly once.

    Emphasis with no such place is dropped: words in the wrong emphasis say more than the author did.
    """
    spans: list[tuple[int, int, Mark]] = []
    for mark, unit in marks:
        if unit is None:
            place = (0, len(answer)) if mark.start == 0 and len(marks) == 1 else None
        else:
            place = _only_place((unit.answer or "").strip(" .!?,;:…"), answer)
        if place and not any(start < place[1] and place[0] < end for start, end, _mark in spans):
            spans.append((*place, mark))
    out: list[str] = []
    done = 0
    for start, end, mark in sorted(spans, key=lambda span: span[0]):
        out += [_escaped(answer[done:start]), mark.wrap(_escaped(answer[start:end]))]
        done = end
    return "".join([*out, _escaped(answer[done:])])


def _escaped(masked: str) -> str:
    return "".join(f"XQ{part}" if isinstance(part, int) else escape_markdown(part) for part in pieces(masked))


def _only_place(words: str, text: str) -> tuple[int, int] | None:
    if not words:
        return None
    found = list(re.finditer(rf"(?<!\w){re.escape(words)}(?!\w)", text, re.IGNORECASE))
    return found[0].span() if len(found) == 1 else None


# --- The engine's part ----------------------------------------------------------------------------------


@dataclass(slots=True)
class _Way:
    """One way to have a sentence translated: the texts to ask for, and how their answers become one."""

    texts: tuple[str, ...]
    combine: Callable[[Sequence[str]], str | None]


@dataclass(slots=True)
class _Unit:
    """One masked sentence; equal sentences of a review share a unit."""

    text: str
    key: bytes
    answer: str | None = None
    fault: str = ""
    fallback: str | None = None
    ways: list[_Way] | None = None


@dataclass
class _Run:
    """The state of one call of `translate_source`."""

    engine: Engine
    src: str
    dst: str
    forms: tuple[str, ...]
    memory: Memory | None
    deadline: float | None
    units: dict[str, _Unit] = field(default_factory=dict)
    fresh: list[tuple[bytes, str]] = field(default_factory=list)
    engine_words: int = 0
    stopped: Failed | None = None

    def __post_init__(self) -> None:
        self.capabilities = self.engine.capabilities()
        self.fingerprint = self.engine.fingerprint(self.src, self.dst)

    def unit(self, text: str) -> _Unit:
        if text not in self.units:
            key = segment_key(
                text, src=self.src, dst=self.dst, engine=self.engine.key, fingerprint=self.fingerprint
            )
            self.units[text] = _Unit(text, key)
        return self.units[text]

    def mark_unit(self, core: str, mark: Mark, atoms: Sequence[Atom]) -> _Unit | None:
        """Give the unit of a marked stretch's own words, None where it has none or is the whole sentence."""
        words = core[mark.start : mark.end].strip()
        covered = any(_overlap(atom, mark) for atom in atoms)
        if (
            _is_whole(mark, core)
            or covered
            or not _LETTER.search(words)
            or len(words.split()) > MAX_MARK_WORDS
        ):
            return None
        return self.unit(words)

    def first_fault(self) -> str:
        return next((unit.fault for unit in self.units.values() if unit.answer is None and unit.fault), "")

    def translate_units(self) -> None:
        """Answer every unit that can be: from memory first, then way by way from the engine."""
        if self.memory is not None and self.units:
            known = self.memory.get_many([unit.key for unit in self.units.values()])
            for unit in self.units.values():
                if (text := known.get(unit.key)) is not None and sorted(tokens(text)) == sorted(
                    tokens(unit.text)
                ):
                    unit.answer = text
        pending = [unit for unit in self.units.values() if unit.answer is None]
        while pending and self.stopped is None:
            self._round(pending)
            pending = [unit for unit in pending if unit.answer is None and unit.ways]
        self._accept(
            [
                (unit, unit.fallback)
                for unit in self.units.values()
                if unit.answer is None and unit.fallback is not None
            ]
        )

    def _round(self, units: Sequence[_Unit]) -> None:
        """Try the next way of each unit, batch by batch; the memory gets each batch at once."""
        asked = [(unit, way) for unit in units if (way := self._next_way(unit)) is not None]
        texts = [text for _unit, way in asked for text in way.texts]
        results: list[Result] = []
        settled = used = 0
        for batch in batches(texts, self.capabilities):
            if self.deadline is not None and time.monotonic() >= self.deadline:
                self.stopped = self.stopped or Failed(FailureKind.RETRYABLE, "out of time")
            if self.stopped is not None:
                return
            asking = [texts[place] for place in batch]
            self.engine_words += sum(len(_WORD.findall(text)) for text in asking)
            results += call_engine(self.engine, asking, src=self.src, dst=self.dst, deadline=self.deadline)
            accepted: list[tuple[_Unit, str]] = []
            # A way of several texts may lie across two batches; it is judged when its last answer is in.
            while settled < len(asked) and used + len(asked[settled][1].texts) <= len(results):
                unit, way = asked[settled]
                answer = self._judge(unit, way, results[used : used + len(way.texts)])
                if answer is not None:
                    accepted.append((unit, answer))
                used += len(way.texts)
                settled += 1
            self._accept(accepted)

    def _accept(self, accepted: Sequence[tuple[_Unit, str]]) -> None:
        if not accepted:
            return
        for unit, answer in accepted:
            unit.answer = answer
        items = [(unit.key, answer) for unit, answer in accepted]
        self.fresh += items
        if self.memory is not None:
            self.memory.put_many(items)

    def _judge(self, unit: _Unit, way: _Way, results: Sequence[Result]) -> str | None:
        """Give the answer when it passes the gates; note why not otherwise."""
        answers: list[str] = []
        for result in results:
            if isinstance(result, Failed):
                unit.fault = str(result.kind)
                if result.kind in _STOPPING:
                    self.stopped = self.stopped or result
                return None
            answers.append(result.text)
        answer = way.combine(answers)
        if answer is None:
            unit.fault = str(gates.Fault.ATOMS)
            return None
        fault = gates.check(
            unit.text, answer, src=self.src, dst=self.dst, real_language=self.capabilities.real_language
        )
        if fault is None:
            return answer
        unit.fault = str(fault)
        if unit.fallback is None and gates.tolerable(fault, unit.text):
            unit.fallback = answer
        return None

    def _next_way(self, unit: _Unit) -> _Way | None:
        if unit.ways is None:
            unit.ways = self._ways(unit.text)
        return unit.ways.pop(0) if unit.ways else None

    def _ways(self, text: str) -> list[_Way]:
        """Give the ways to translate a masked sentence, best first, the last one always exact about atoms."""
        wanted = tokens(text)
        plain = Shape(text, _same)
        shown = shapes(text, primary(self.src)) if self.capabilities.real_language else [plain]
        first_form = self.forms[0]
        ways = [_whole(shape, first_form, wanted) for shape in shown]
        extra = find_atoms(TOKEN.sub(lambda m: "\x00" * len(m.group()), text), numbers=True)
        if extra:
            ways.append(_with_numbers(text, extra, first_form, wanted))
        if wanted:
            ways += [_whole(plain, form, wanted) for form in self.forms[1:2]]
            ways.append(_in_pieces(text))
        return ways


def _same(answer: str) -> str:
    return answer


def _whole(shape: Shape, form: str, wanted: Sequence[int]) -> _Way:
    def combine(answers: Sequence[str]) -> str | None:
        answer = from_form(_tidy(answers[0]), form, wanted)
        return None if answer is None else shape.restore(answer)

    return _Way((to_form(shape.text, form),), combine)


def _with_numbers(text: str, numbers: Sequence[Atom], form: str, wanted: Sequence[int]) -> _Way:
    """Hide the numbers too; they get the tokens after the sentence's own."""
    first = max(wanted, default=-1) + 1
    out: list[str] = []
    done = 0
    for place, atom in enumerate(numbers):
        out += [text[done : atom.start], f"XQ{first + place}"]
        done = atom.end
    hidden = "".join(out) + text[done:]
    every = [*wanted, *range(first, first + len(numbers))]

    def combine(answers: Sequence[str]) -> str | None:
        answer = from_form(_tidy(answers[0]), form, every)
        if answer is None:
            return None
        return TOKEN.sub(
            lambda m: numbers[int(m[1]) - first].shown if int(m[1]) >= first else m.group(), answer
        )

    return _Way((to_form(hidden, form),), combine)


def _in_pieces(text: str) -> _Way:
    """Translate what stands between the atoms; the sentence reads worse, but no atom can be lost."""
    parts = pieces(text)
    asked = {
        place: part.strip()
        for place, part in enumerate(parts)
        if isinstance(part, str) and _LETTER.search(part)
    }

    def combine(answers: Sequence[str]) -> str | None:
        out: list[str] = []
        given = dict(zip(asked, answers, strict=True))
        for place, part in enumerate(parts):
            if isinstance(part, int):
                out.append(f"XQ{part}")
            elif place in given:
                lead, trail = part[: len(part) - len(part.lstrip())], part[len(part.rstrip()) :]
                out.append(f"{lead}{TOKEN.sub('', _tidy(given[place]))}{trail}")
            else:
                out.append(part)
        return "".join(out)

    return _Way(tuple(asked.values()), combine)


def _tidy(answer: str) -> str:
    """An answer is one line: engines sometimes break it, and a line break would change the paragraph."""
    return " ".join(answer.replace(OBJECT, " ").replace("\x00", "").split())
