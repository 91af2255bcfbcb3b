"""Made-up reviews for the bench of copied words, ways in which a passage is disguised, and real texts from elsewhere.

Prose is drawn from combinations of two to five words, few of them frequent and most of them rare, and from stock phrases
that thousands of texts share: what honest texts have in common is as much of a burden as in real ones. The lengths are
those of reviews (half have fewer than 173 words, one in ten more than 449, the mean is some 222).
"""

import gzip
import json
import math
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path

import numpy as np

from bench.data import Words
from reviews.copydetect.normalise import words_of

VOCABULARY = 40_000
COMBINATIONS = 250_000
PHRASES = 4_000
MEDIAN_WORDS, SPREAD = 173, 0.72
# Of the pieces of a text: so many combinations and single words for a stock phrase.
_COMBINED, _SINGLE, _STOCK = 50, 48, 2
_LOOK_ALIKES = str.maketrans("aeopcyx", "аеорсух")


@dataclass(frozen=True)
class Inventory:
    """What texts are made of, each kind with its cumulated weights."""

    words: Sequence[str]
    single: Sequence[float]
    combinations: Sequence[str]
    combined: Sequence[float]
    phrases: Sequence[str]
    stock: Sequence[float]


@cache
def inventory() -> Inventory:
    """Give the vocabulary, the combinations and the stock phrases that all texts share; some seconds the first time."""
    chance = random.Random(7)
    names = Words(VOCABULARY, seed=7)
    words = [word.lower() for word in names.words]

    def runs(number: int, least: int, most: int) -> list[str]:
        lengths = (chance.randint(least, most) for _ in range(number))
        return [" ".join(chance.choices(words, cum_weights=names.weights, k=length)) for length in lengths]

    return Inventory(
        words,
        names.weights,
        runs(COMBINATIONS, 2, 5),
        list(accumulate(1 / (rank + 20) for rank in range(COMBINATIONS))),
        runs(PHRASES, 4, 9),
        list(accumulate(1 / (rank + 5) for rank in range(PHRASES))),
    )


class Corpus:
    """Texts of one vocabulary. Those of different seeds share phrases and never a passage."""

    def __init__(self, seed: int = 1) -> None:
        self.parts = inventory()
        self.words = self.parts.words
        self.chance = random.Random(seed)

    def review(self, number: int | None = None) -> str:
        """A text of so many words or a few more; of a usual length unless told otherwise."""
        chance = self.chance
        wanted = number or max(20, round(chance.lognormvariate(math.log(MEDIAN_WORDS), SPREAD)))
        pieces: list[str] = []
        while len(pieces) < wanted:
            kind = chance.choices("cws", weights=(_COMBINED, _SINGLE, _STOCK))[0]
            drawn = {
                "c": (self.parts.combinations, self.parts.combined),
                "w": (self.parts.words, self.parts.single),
                "s": (self.parts.phrases, self.parts.stock),
            }[kind]
            pieces += chance.choices(drawn[0], cum_weights=drawn[1])[0].split()
        sentences: list[str] = []
        at = 0
        while at < len(pieces):
            size = chance.randint(9, 20)
            sentences.append(" ".join(pieces[at : at + size]).capitalize() + ".")
            at += size
        return "".join(
            sentence + ("\n\n" if chance.random() < 0.12 else " ") for sentence in sentences
        ).rstrip()

    def texts(self, number: int) -> Iterator[str]:
        return (self.review() for _ in range(number))


def passage_of(text: str, words: int, chance: random.Random) -> str | None:
    """So many words from the start of a sentence, on one line; None where the text has none so long."""
    tokens = words_of(text)
    starts = [
        place
        for place in range(len(tokens) - words + 1)
        if place == 0
        or text[tokens[place - 1].end : tokens[place].start].lstrip(")”\"'").startswith((".", "!", "?"))
    ]
    if not starts:
        return None
    first = chance.choice(starts)
    return " ".join(text[tokens[first].start : tokens[first + words - 1].end].split())


def put_into(own: str, passage: str, chance: random.Random) -> tuple[str, int]:
    """Put a passage between two sentences of a text; gives it and where the passage begins."""
    ends = [match.end() for match in re.finditer(r"[.!?]\s+", own)] or [len(own)]
    place = chance.choice(ends)
    return f"{own[:place]}{passage}. {own[place:]}", place


def edited(passage: str, share: float, corpus: Corpus) -> str:
    """Change, drop or insert a word for so many of all."""
    words = passage.split()
    chance = corpus.chance
    for place in sorted(chance.sample(range(len(words)), round(share * len(words))), reverse=True):
        act = chance.randrange(3)
        if act == 0:
            words[place] = chance.choice(corpus.words)
        elif act == 1:
            del words[place]
        else:
            words.insert(place, chance.choice(corpus.words))
    return " ".join(words)


def misspelt(passage: str, share: float, chance: random.Random) -> str:
    """Swap two letters in so many of all words."""
    words = passage.split()
    for place in chance.sample(range(len(words)), round(share * len(words))):
        word = words[place]
        at = chance.randrange(max(1, len(word) - 1))
        words[place] = word[:at] + word[at + 1 : at + 2] + word[at : at + 1] + word[at + 2 :]
    return " ".join(words)


def shuffled(passage: str, chance: random.Random) -> str:
    """The sentences of a passage in another order."""
    sentences = [part for part in re.split(r"(?<=[.!?])\s+", passage) if part]
    chance.shuffle(sentences)
    return " ".join(sentences)


def disguised(passage: str, chance: random.Random) -> str:
    """Look-alikes of other scripts in each word, and characters that nobody sees."""
    return " ".join(
        word[0] + word[1:].translate(_LOOK_ALIKES) + ("\u200b" if chance.random() < 0.5 else "")
        for word in passage.split()
    ).replace("t", "t\u2060")


@dataclass(frozen=True)
class RealTexts:
    """Texts of others, read from a path and never kept: leads of an encyclopedia, and of reviews only hashes."""

    leads: Sequence[str]
    # The hash of every run of five words of each review, in order.
    reviews: Sequence[list[int]]


def read_real_texts(leads: Path, hashes: Path | None) -> RealTexts:
    """Read a .jsonl.gz of {"text": …} and an .npz with `h` (hashes, 64 bits) and `n` (their number a review)."""
    with gzip.open(leads, "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    if hashes is None:
        return RealTexts(texts, [])
    kept = np.load(hashes, allow_pickle=False)
    ends = np.cumsum(kept["n"])
    parts = np.split(kept["h"].view(np.int64), ends[:-1])
    return RealTexts(texts, [part.tolist() for part in parts])
