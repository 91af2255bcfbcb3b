"""From a text in one language to the same text in another, Markdown to Markdown.

Cut into sentences, hide names, ask the memory, ask the engine for the rest, refuse what is wrong, put
everything back in its place. A sentence that nothing could translate well stays as the author wrote it. The
result is as untrusted as any member's text and goes through `filmsite.lib.text` like it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from filmsite.lib.languages import same_language
from reviews.translation.asking import Run
from reviews.translation.base import Engine, Failed, FailureKind
from reviews.translation.composing import (
    By,
    Composed,
    SentencePair,
    compose,
    is_already,
    put_together,
)
from reviews.translation.masking import Name
from reviews.translation.memory import PIPELINE_VERSION, DictMemory, Memory, segment_key
from reviews.translation.preparing import Job, Known
from reviews.translation.routes import resolve_pair
from reviews.translation.segments import Document, parse

__all__ = [
    "PIPELINE_VERSION",
    "By",
    "Composed",
    "DictMemory",
    "Memory",
    "Name",
    "SentencePair",
    "Status",
    "TranslationOutcome",
    "Words",
    "compose",
    "segment_key",
    "translate_many",
    "translate_source",
]

# When less than this share of the words could be translated, the original reads better than the mixture.
MIN_TRANSLATED_SHARE: Final = 0.5


class Status(StrEnum):
    """How a translation ended. The values are those of the stored row."""

    DONE = "done"
    PARTIAL = "partial"
    FAILED = "failed"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Words:
    """A text to translate: its Markdown, the names it has in common with the site, and what people translated of it.

    `corrections` map the Markdown of a sentence, as a `SentencePair` gives it, to a person's. `links` says whether names
    lead to their pages: not in a headline.
    """

    source: str
    names: Sequence[Name] = ()
    corrections: Mapping[str, str] = field(default_factory=dict)
    links: bool = True


@dataclass(frozen=True, slots=True)
class TranslationOutcome:
    """What came of a translation.

    `source` is Markdown to store and render; with status failed or unsupported it is the original. `reason`
    is a short word for the log and the operator. `words` counts the words in the sentences that were
    translated, `sentences` those that could be, `kept` those that stayed as they were. `keys` are the memory keys in
    use, `fresh` what the engine added. `retry_after` (seconds) is set when a later try may do better, 0 meaning whenever
    suits. `pairs` are all sentences in order.

    What the engine did is counted for the text that asked first, so that sums over texts are true: `calls`,
    `engine_words` and `characters` sent, `milliseconds` it took, `faults` (failures by kind and refused answers by
    fault). `remembered` sentences were in the memory, or asked for by another text already.
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
    pairs: tuple[SentencePair, ...] = ()
    characters: int = 0
    remembered: int = 0
    calls: int = 0
    milliseconds: int = 0
    faults: Mapping[str, int] = field(default_factory=dict)


def translate_source(
    source: str,
    *,
    src: str,
    dst: str,
    engine: Engine,
    names: Iterable[Name] = (),
    memory: Memory | None = None,
    deadline: float | None = None,
    placeholder: str | None = None,
) -> TranslationOutcome:
    """Translate one text; see `translate_many`."""
    (outcome,) = translate_many(
        [Words(source, tuple(names))],
        src=src,
        dst=dst,
        engine=engine,
        memory=memory,
        deadline=deadline,
        placeholder=placeholder,
    )
    return outcome


def translate_many(
    texts: Sequence[Words],
    *,
    src: str,
    dst: str,
    engine: Engine,
    memory: Memory | None = None,
    deadline: float | None = None,
    placeholder: str | None = None,
    may_ask: Callable[[], bool] | None = None,
) -> list[TranslationOutcome]:
    """Translate texts of one pair together; one outcome each, in order.

    A sentence that several have is asked for once, and batches go across texts. `deadline` is on the `time.monotonic`
    clock; what is ready by then is kept. `placeholder` is the token form that `probe` found best for the pair. `may_ask`
    is asked before each call of the engine: once it says no, the rest is left as when time is up. Calls the engine, which
    may take seconds: never within a request.
    """
    capabilities = engine.capabilities()
    pair = resolve_pair(capabilities.pairs, src, dst)
    if same_language(src, dst) or pair is None:
        reason = "same_language" if same_language(src, dst) else "no_pair"
        return [_untouched(words.source, reason, engine) for words in texts]
    forms = tuple(dict.fromkeys((*([placeholder] if placeholder else []), *capabilities.placeholders)))
    run = Run(
        engine,
        *pair,
        forms=forms,
        memory=memory,
        deadline=deadline,
        may_ask=may_ask,
        texts=len(texts),
    )
    prepared = [_Text.of(words, dst, run, place) for place, words in enumerate(texts)]
    run.answer_units()
    return [text.outcome(run) for text in prepared]


def _untouched(source: str, reason: str, engine: Engine) -> TranslationOutcome:
    pairs = compose(source, {}, dst="").pairs
    return TranslationOutcome(source, Status.UNSUPPORTED, reason, engine=engine.key, pairs=pairs)


@dataclass(frozen=True, slots=True)
class _Text:
    """One of the texts of a run: its document, and the sentences of each passage with what is between them."""

    source: str
    place: int
    document: Document
    passages: Sequence[Sequence[Job | str]]

    @classmethod
    def of(cls, words: Words, dst: str, run: Run, place: int) -> "_Text":
        document = parse(words.source)
        known = Known(tuple(words.names), words.corrections, words.links)
        passages: list[list[Job | str]] = []
        for passage in document.passages():
            ready = is_already(passage, dst, known.names)
            passages.append(
                [
                    part
                    if isinstance(part, str)
                    else Job.of(part, known, run, owner=place, only_person=ready)
                    for part in passage.parts
                ]
            )
        return cls(words.source, place, document, passages)

    def outcome(self, run: Run) -> TranslationOutcome:
        """Tell what came of this text; the run is over."""
        wanted = [job for job in self._jobs() if job.is_wanted]
        done = [job for job in wanted if job.is_done]
        missing = [job.unit for job in wanted if job.unit is not None and not job.is_done]
        failure = next((unit.failure for unit in missing if unit.failure), None)
        reason = str(failure.kind) if failure else next((unit.fault for unit in missing if unit.fault), "")
        status = self._status(wanted, done, failure)
        if status is Status.DONE:
            reason = "" if wanted else "nothing_to_translate"
        readable = status in (Status.DONE, Status.PARTIAL)
        markdown, pairs = put_together(self.document, self._dressed(readable))
        tally = run.tallies[self.place]
        used = [unit.key for job in self._jobs() for unit in job.units() if unit.answer is not None]
        return TranslationOutcome(
            source=markdown,
            status=status,
            reason=reason,
            words=sum(job.words for job in done),
            engine_words=tally.words,
            sentences=len(wanted),
            kept=len(wanted) - len(done),
            keys=tuple(dict.fromkeys(used)),
            fresh=tuple(tally.fresh),
            engine=run.engine.key,
            fingerprint=run.fingerprint,
            retry_after=_retry_after(failure),
            pairs=pairs,
            characters=tally.characters,
            remembered=sum(job.is_remembered(self.place) for job in wanted),
            calls=tally.calls,
            milliseconds=round(1000 * tally.seconds),
            faults=dict(tally.faults),
        )

    def _jobs(self) -> Iterator[Job]:
        return (part for parts in self.passages for part in parts if isinstance(part, Job))

    def _dressed(self, readable: bool) -> list[list[str | SentencePair]]:
        linked: set[str] = set()
        return [
            [
                part
                if isinstance(part, str)
                else SentencePair(place, part.source, *_words_of(part, linked, readable))
                for part in parts
            ]
            for place, parts in zip(self.document.paragraphs(), self.passages, strict=True)
        ]

    @staticmethod
    def _status(wanted: Sequence[Job], done: Sequence[Job], failure: Failed | None) -> Status:
        if not wanted:
            return Status.DONE
        if failure and failure.kind is FailureKind.UNSUPPORTED and not done:
            return Status.UNSUPPORTED
        words, all_words = (sum(job.words for job in jobs) for jobs in (done, wanted))
        if words < MIN_TRANSLATED_SHARE * all_words or not done:
            return Status.FAILED
        return Status.DONE if len(done) == len(wanted) else Status.PARTIAL


def _words_of(job: Job, linked: set[str], readable: bool) -> tuple[str, By]:
    return job.render(linked) if readable else (job.source, "author")


def _retry_after(failure: Failed | None) -> float | None:
    if failure is None or failure.kind not in (FailureKind.RETRYABLE, FailureKind.QUOTA):
        return None
    return failure.retry_after or 0
