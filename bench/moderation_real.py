"""Copied words in real texts: leads of an encyclopedia, reviews of which only hashes are known, and Dutch sentences."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from django.utils import timezone

from bench.copy_corpus import Corpus, RealTexts, edited, passage_of, put_into
from bench.harness import Result, goal
from films.models import Title
from reviews.comparing import compare
from reviews.copy_index import IndexTooSlow
from reviews.copydetect.fingerprint import fingerprints, run_hashes
from reviews.copydetect.normalise import Token, folded, words_of
from reviews.copydetect.overlap import spans
from reviews.copydetect.rules import Level
from reviews.services.registering import register_text

# Warn from so many copied words.
WARN = 40
# Sentences of the Dutch lines that make a text.
LINES = 10
DUTCH_CASES = 100


def real_texts(real: RealTexts, *, cases: int) -> list[Result]:
    """Leads of an encyclopedia as sources: passages of them in made-up reviews, and real reviews, known by hashes."""
    holders: dict[int, list[int]] = {}
    for number, lead in enumerate(real.leads):
        for value in fingerprints(folded(lead)):
            holders.setdefault(value, []).append(number)

    def likeliest(runs: Sequence[int]) -> list[int]:
        shared: Counter[int] = Counter()
        for value in set(runs):
            known = holders.get(value, ())
            if len(known) <= 20:
                shared.update(known)
        return [number for number, times in shared.most_common(8) if times >= 2]

    corpus = Corpus(seed=10)
    chance = corpus.chance
    long_enough = [lead for lead in real.leads if len(lead.split()) >= 90]
    results = []
    for name, size, change in (
        ("verbatim 60 words", 60, str),
        ("80 words, 10% changed", 80, lambda text: edited(text, 0.10, corpus)),
    ):
        hits = 0
        for _ in range(cases):
            while (passage := passage_of(lead := chance.choice(long_enough), size, chance)) is None:
                pass
            text, _place = put_into(corpus.review(), change(passage), chance)
            tokens = words_of(text)
            found = [real.leads[number] for number in likeliest(run_hashes([token.word for token in tokens]))]
            hits += any(
                source == lead and sum(overlap.words for overlap in spans(tokens, words_of(lead))) >= WARN
                for source in found
            )
        results.append(goal(f"real leads, {name}", 100 * hits / cases, 95, "% ≥ 40 words", at_least=True))
    if real.reviews:
        troubled = sum(
            any(
                _shared_runs(runs, run_hashes(folded(real.leads[number]))) >= WARN
                for number in likeliest(runs)
            )
            for runs in real.reviews
        )
        note = f"{troubled} of {len(real.reviews)} real reviews against {len(real.leads)} real leads"
        results.append(goal("real reviews warned", 100 * troubled / len(real.reviews), 0.05, "%", note=note))
    return results


def _shared_runs(runs: Sequence[int], others: Sequence[int]) -> int:
    """Shared words of two texts of which only runs of five are known: each run stands for its first word."""
    one, other = (
        [Token(str(value), place, place + 1) for place, value in enumerate(both)] for both in (runs, others)
    )
    return sum(overlap.words + 4 for overlap in spans(one, other))


def dutch_texts(folder: Path, *, title: Title, author_id: int) -> list[Result]:
    """Texts of ten Dutch sentences each, half of them registered: passages of those in the others, and the others bare.

    A small measure: thirty texts, of news and not of films. Asked through the whole check.
    """
    lines = (folder / "devtest-300.nl").read_text(encoding="utf-8").splitlines()
    texts = [" ".join(lines[first : first + LINES]) for first in range(0, len(lines), LINES)]
    known, honest = texts[::2], texts[1::2]
    for number, text in enumerate(known):
        register_text(text=text, label=f"Dutch {number}")
    corpus = Corpus(seed=11)
    chance: random.Random = corpus.chance

    def is_warned(text: str) -> bool:
        try:
            found = compare(
                text,
                subject=title,
                author_id=author_id,
                written_at=timezone.now(),
                own_words=lambda author, sources: (),
                every_run=True,
            )
        except IndexTooSlow:
            return False
        return found.level is not Level.NONE

    def found(size: int, change: Callable[[str], str]) -> float:
        hits = 0
        for _ in range(DUTCH_CASES):
            while (passage := passage_of(chance.choice(known), size, chance)) is None:
                pass
            hits += is_warned(put_into(chance.choice(honest), change(passage), chance)[0])
        return 100 * hits / DUTCH_CASES

    troubled = sum(map(is_warned, honest))
    size = sum(len(words_of(text)) for text in texts) / len(texts)
    note = f"{len(known)} known Dutch texts of {size:.0f} words"
    return [
        goal("Dutch, verbatim 40 words", found(40, str), 98, "% warned", at_least=True, note=note),
        goal("Dutch, verbatim 60 words", found(60, str), 99, "% warned", at_least=True, note=note),
        goal(
            "Dutch, 80 words, 10% changed",
            found(80, lambda text: edited(text, 0.10, corpus)),
            95,
            "% warned",
            at_least=True,
            note=note,
        ),
        goal(
            "Dutch, honest texts warned",
            100 * troubled / len(honest),
            0.1,
            "%",
            note=f"{troubled} of {len(honest)}",
        ),
    ]
