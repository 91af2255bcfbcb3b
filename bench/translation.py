"""Translation with the real model: what the pipeline costs beside the engine alone, and what it keeps that others lose.

Portuguese to English on FLORES (`--flores` names the folder with devtest-300.pt and so on, which is not ours to give).
All in one run; speed is words a second of processor time, for a machine is seldom idle. What a worker makes of it, with
its queue and the database, is measured by `translation_running` at the end.
"""

import random
import re
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import sacrebleu

from bench.apertium import batching, running_apertium
from bench.harness import Options, Result, compare, take_turns
from bench.translation_memory import load_pairs
from bench.translation_running import running
from filmsite.lib.languages import detect
from filmsite.lib.text import blocks, escape_markdown, plain_text, spoiler_marks
from reviews.translation.base import Ok, batches
from reviews.translation.engines.fx import FxEngine
from reviews.translation.masking import Name
from reviews.translation.pipeline import DictMemory, TranslationOutcome, Words, translate_many
from reviews.translation.ways import count_words
from reviews.writing_languages import settle
from tests.reviews.translation.apertium import NoApertium

SERVER: Final = "one process; a worker of two at the end"
LANGUAGES: Final = ("nl", "en", "de", "fr", "es", "pt", "fa", "it")
# What a review has: so many sentences, of a text whose every tenth sentence has a link.
SENTENCES: Final = 5
TIMED_LINES: Final = 100
NAMES: Final = (
    Name("Filhos do Paraíso", "Children of Heaven", "/films/1/children-of-heaven/"),
    Name("O Silêncio dos Inocentes", "The Silence of the Lambs", "/films/2/the-silence-of-the-lambs/"),
    Name("Cidade de Deus", "City of God", "/films/3/city-of-god/"),
    Name("Volver", "", "/films/4/volver/"),
)
ATOMS: Final = ("https://example.org/a_b?c=1", "@joana", "#cinema", "4,5/5", "★★★½", "❤️")
MEGABYTES: Final = 100

# A name that stands in the original and in the reference alike.
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-zA-Z]{3,}(?: [A-Z][a-zA-Z]{3,})*\b")


def run(options: Options) -> list[Result]:
    assert options.flores is not None
    lines = {code: _lines(options.flores / f"devtest-300.{code}") for code in LANGUAGES}
    engine = FxEngine()
    return [
        *_speed(engine, lines["pt"][:TIMED_LINES], options.rounds),
        *_quality(engine, lines["pt"], lines["en"]),
        *_edits(engine, lines["pt"]),
        *_memory(),
        *_detection(lines),
        *_apertium(lines["es"], options.rounds),
        *_running(lines["pt"], options),
    ]


def _running(lines: Sequence[str], options: Options) -> list[Result]:
    with tempfile.TemporaryDirectory() as logs:
        return running(lines, options, Path(logs))


def _lines(file: Path) -> list[str]:
    return [" ".join(line.split()) for line in file.read_text(encoding="utf-8").splitlines()]


# --- Speed ------------------------------------------------------------------------------------------------


def _speed(engine: FxEngine, lines: Sequence[str], rounds: int) -> list[Result]:
    """The same texts through the pipeline and, sentence by sentence, through the engine alone."""
    words = sum(len(line.split()) for line in lines)
    texts = [Words(text) for text in _texts([escape_markdown(line) for line in lines])]

    def pipeline() -> float:
        return _rate(words, lambda: translate_many(texts, src="pt", dst="en", engine=engine))

    turns = take_turns(
        {"pipeline": pipeline, "raw": lambda: _rate(words, lambda: _raw(engine, lines))}, rounds
    )
    return [
        compare(
            "words a second, plain text", turns["pipeline"], turns["raw"],
            against="the engine alone", unit="words a second of processor", budget=0.9,
        )
    ]  # fmt: skip


def _rate(words: int, do: Callable[[], object], clock: Callable[[], float] = time.process_time) -> float:
    began = clock()
    do()
    return words / (clock() - began)


def _raw(engine: FxEngine, lines: Sequence[str]) -> list[str]:
    answers: list[str] = []
    for batch in batches(lines, engine.capabilities()):
        results = engine.translate([lines[place] for place in batch], src="pt", dst="en")
        answers += [result.text if isinstance(result, Ok) else "" for result in results]
    return answers


def _texts(lines: Sequence[str]) -> list[str]:
    """Texts of some sentences, each a paragraph of its own, so that answers can be told apart."""
    return ["\n\n".join(lines[place : place + SENTENCES]) for place in range(0, len(lines), SENTENCES)]


def _apertium(lines: Sequence[str], rounds: int) -> list[Result]:
    """Apertium's own server: batches against single sentences, and the pipeline against the engine, by the clock."""
    try:
        with running_apertium() as engine:
            words = sum(len(line.split()) for line in lines)
            texts = [Words(text) for text in _texts([escape_markdown(line) for line in lines])]
            sides = {
                "pipeline": lambda: _rate(
                    words,
                    lambda: translate_many(texts, src="es", dst="en", engine=engine),
                    clock=time.perf_counter,
                ),
                "raw": lambda: _rate(
                    words, lambda: engine.translate(lines, src="es", dst="en"), clock=time.perf_counter
                ),
            }
            turns = take_turns(sides, rounds)
            against_engine = compare(
                "words a second, Apertium",
                turns["pipeline"],
                turns["raw"],
                against="the engine alone",
                unit="words a second",
                budget=0.8,
            )
            return [against_engine, batching(engine, lines, rounds)]
    except NoApertium as reason:
        print(f"Apertium is not measured: {reason}.")
        return []


# --- Quality ----------------------------------------------------------------------------------------------


@dataclass
class _Dressed:
    """A sentence with marks, and with a title in the place of a name; `undress` takes its answer back to plain words."""

    source: str
    atoms: tuple[str, ...]
    title: Name | None = None
    name: str = ""

    def undress(self, answer: str) -> str:
        for atom in self.atoms:
            answer = answer.replace(atom, " ")
        if self.title is not None:
            answer = answer.replace(self.title.shown or self.title.written, self.name)
        return " ".join(answer.split())


def _quality(engine: FxEngine, sources: Sequence[str], references: Sequence[str]) -> list[Result]:
    raw = _bleu(_raw(engine, sources), references)
    plain, _ = _translated(engine, [escape_markdown(line) for line in sources])
    emphasised = [_emphasised(line, place) for place, line in enumerate(sources)]
    marked, _ = _translated(engine, emphasised)
    dressed = [_dress(*both, place) for place, both in enumerate(zip(sources, references, strict=True))]
    answers, outcomes = _translated(engine, [one.source for one in dressed])
    undressed = [one.undress(answer) for one, answer in zip(dressed, answers, strict=True)]
    results = [
        _score("BLEU, plain text", _bleu(plain, references), raw),
        _score("BLEU, with emphasis", _bleu(marked, references), raw),
        _score("BLEU, marks, names and titles", _bleu(undressed, references), raw),
    ]
    kept = sum(
        answer.count(atom) == 1 for one, answer in zip(dressed, answers, strict=True) for atom in _all(one)
    )
    number = sum(len(_all(one)) for one in dressed)
    texts = _texts([one.source for one in dressed])
    whole = [_is_well_formed(text, outcome) for text, outcome in zip(texts, outcomes, strict=True)]
    leaks = sum(_leaks(outcome) for outcome in outcomes)
    hidden = sum(len(spoiler_marks(text)) // 2 for text in texts)
    lost = sum(outcome.faults.get("lost_atoms", 0) for outcome in outcomes)
    sentences = sum(outcome.sentences for outcome in outcomes)
    return [
        *results,
        _share("names and titles intact", kept, number, budget=1.0),
        _share("of the sentences, at the first try", sentences - lost, sentences, budget=0.99),
        _share("texts with every mark in its place", sum(whole), len(whole), budget=1.0),
        Result("words out of their spoiler", "spoilers", "leaks", leaks, hidden, leaks / hidden, 0, 0, -0.0),
    ]


def _translated(engine: FxEngine, lines: Sequence[str]) -> tuple[list[str], list[TranslationOutcome]]:
    """The answer to each line as a reader sees it, spoilers opened; and the outcomes of the texts they stand in."""
    texts = [Words(text, NAMES) for text in _texts(lines)]
    outcomes = translate_many(texts, src="pt", dst="en", engine=engine)
    return [
        " ".join(plain_text(block.source.replace("||", "")).split())
        for outcome in outcomes
        for block in blocks(outcome.source)
    ], outcomes


def _emphasised(line: str, place: int) -> str:
    """Put one to three words of a line in emphasis; not several capitalised ones, which would be a title."""
    chance = random.Random(place)
    words = line.split()
    size = chance.randint(1, min(3, len(words)))
    start = chance.randrange(len(words) - size + 1)
    if sum(word[0].isupper() for word in words[start : start + size]) > 1:
        size = 1
    mark = chance.choice(("*", "**"))
    parts = [
        escape_markdown(" ".join(part))
        for part in (words[:start], words[start : start + size], words[start + size :])
    ]
    return " ".join(part for part in (parts[0], f"{mark}{parts[1]}{mark}", parts[2]) if part)


def _dress(source: str, reference: str, place: int) -> _Dressed:
    """Give a line what members' texts have: emphasis, a title, an address or the like, every fourth a spoiler round it."""
    atom = ATOMS[place % len(ATOMS)]
    title = NAMES[place % len(NAMES)]
    names = [
        match for match in _NAME.finditer(source) if source.count(match[0]) == reference.count(match[0]) == 1
    ]
    if names:
        before, after = source[: names[0].start()], source[names[0].end() :]
        text = f"{escape_markdown(before)}*{title.written}*{escape_markdown(after)}"
    else:
        text = _emphasised(source, place)
    text = f"{text} {atom}"
    if place % 4 == 3:
        text = f"||{text}||"
    return _Dressed(text, (atom,), title if names else None, names[0][0] if names else "")


def _all(one: _Dressed) -> tuple[str, ...]:
    return (*one.atoms, one.title.shown or one.title.written) if one.title else one.atoms


def _is_well_formed(source: str, outcome: TranslationOutcome) -> bool:
    same = [block.kind for block in blocks(source)] == [block.kind for block in blocks(outcome.source)]
    bars = len(spoiler_marks(source)) == len(spoiler_marks(outcome.source))
    return same and bars and not re.search(r"\*|\]\(|\|\|", plain_text(outcome.source))


def _leaks(outcome: TranslationOutcome) -> int:
    """How many sentences that stand in a spoiler can be read outside of one."""
    shown = plain_text(outcome.source)
    hidden = {place for place, block in enumerate(blocks(outcome.source)) if spoiler_marks(block.source)}
    return sum(plain_text(pair.text) in shown for pair in outcome.pairs if pair.place in hidden)


def _bleu(answers: Sequence[str], references: Sequence[str]) -> float:
    return sacrebleu.corpus_bleu(answers, [references]).score


def _score(name: str, value: float, raw: float) -> Result:
    ratio = value / raw
    return Result(
        name, "the engine alone, plain text", "BLEU", value, raw, ratio, ratio, ratio, round(1 - 0.3 / raw, 4)
    )


def _share(name: str, value: float, whole: float, *, budget: float | None, unit: str = "") -> Result:
    ratio = value / whole
    return Result(name, "all", unit or "number", value, whole, ratio, ratio, ratio, budget)


# --- Edits, memory, languages -----------------------------------------------------------------------------


def _edits(engine: FxEngine, lines: Sequence[str]) -> list[Result]:
    """One sentence of each text is changed: what the engine is asked for, beside the words of that sentence."""
    half = len(lines) // 2
    memory = DictMemory()
    before = [" ".join(lines[place : place + SENTENCES]) for place in range(0, half, SENTENCES)]
    after, changed = [], 0
    for number, place in enumerate(range(0, half, SENTENCES)):
        new = lines[half + number]
        changed += count_words(new)
        after.append(" ".join([*lines[place : place + 2], new, *lines[place + 3 : place + SENTENCES]]))
    _ask(engine, before, memory)
    outcomes = _ask(engine, after, memory)
    asked = sum(outcome.engine_words for outcome in outcomes)
    ratio = asked / changed
    return [
        Result(
            "after an edit of one sentence",
            "words in it",
            "words asked for",
            asked,
            changed,
            ratio,
            ratio,
            ratio,
            -1.1,
        )
    ]


def _ask(engine: FxEngine, texts: Sequence[str], memory: DictMemory) -> list[TranslationOutcome]:
    words = [Words(escape_markdown(text)) for text in texts]
    return translate_many(words, src="pt", dst="en", engine=engine, memory=memory)


def _memory() -> list[Result]:
    """What a worker's process grows by with each model, in a process of its own."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=load_pairs, args=(theirs,))
    process.start()
    theirs.close()
    grown = ours.recv()
    process.join()
    mean = sum(grown) / len(grown)
    ratios = sorted(each / MEGABYTES for each in grown)
    return [
        Result(
            "memory of a loaded pair",
            "budget",
            "MB",
            mean,
            MEGABYTES,
            mean / MEGABYTES,
            ratios[0],
            ratios[-1],
            -1.0,
        )
    ]


def _detection(lines: dict[str, list[str]]) -> list[Result]:
    results = []
    all_lines = sum(map(len, lines.values()))
    for words, budget in ((4, 0.98), (8, 0.995), (None, 0.995)):
        right = sum(
            detect(_first(line, words)).language == code for code, some in lines.items() for line in some
        )
        name = f"language told by {words} words" if words else "language told by the sentence"
        results.append(_share(name, right, all_lines, budget=budget, unit="sentences"))
    sure_and_wrong = sum(
        detect(_first(line, 4)).contradicts(code) for code, some in lines.items() for line in some
    )
    results.append(
        _share("surely another, by 4 words", sure_and_wrong, all_lines, budget=-0.005, unit="sentences")
    )
    return [*results, *_settled(lines)]


def _settled(lines: dict[str, list[str]]) -> list[Result]:
    """What texts of a few words count as on the site: by authors of two languages who chose nothing, and mostly write one."""
    results = []
    for words in (2, 4):
        for habit in ("this one", "English"):
            right = number = 0
            for code, some in lines.items():
                own = (code, "en") if habit == "this one" else ("en", code)
                for line in some if code != "en" else ():
                    found = settle(chosen="", sure="", detected=detect(_first(line, words)), own=own)
                    right += found.language == code
                    number += 1
            name = f"settled by {words} words, {habit} is the habit"
            results.append(_share(name, right, number, budget=0.98 if words == 4 else None, unit="sentences"))
    return results


def _first(line: str, words: int | None) -> str:
    return " ".join(line.split()[:words])
