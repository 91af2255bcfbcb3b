"""Finding in a text what the rules of the staff look for: words and phrases, and sites that are linked or named.

Pure text. The rules are put together once; after that a text costs as much with a thousand of them as with one. People give
words and domains and never a pattern, so that none can be slow.
"""

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, NamedTuple
from urllib.parse import unquote

from filmsite.lib.domains import LONGEST, in_ascii, is_domain
from reviews.copydetect.normalise import Token, as_seen, fold, folded, tokenise

FEWEST_LETTERS: Final = 3
MOST_WORDS: Final = 12
# So many places of one rule are looked at, the first of a text.
MOST_PLACES: Final = 100
# So many words on each side belong to what is judged: while these stay, a moderator has seen it.
_AROUND: Final = 5
# What can be a host: always a match where it begins, so that no text is read twice. With what a link may hold in place of
# letters (`%63`), the escapes of Markdown, and the full stops of other scripts.
_HOST: Final = re.compile(r"[\w%\\-]+(?:[.。．｡][\w%\\-]+)*")
_STOPS: Final = str.maketrans("。．｡", "...", "\\")
# What may stand in a word, or behind it, and leaves it the same: emphasis, and "'s".
_EMPHASIS: Final = re.compile(r"\*{1,3}")
_BELONGING: Final = re.compile(r"['’‘ʼ`＇][sS]$")
_LONGEST_WRITTEN: Final = 3 * LONGEST
_SCHEME: Final = re.compile(r"^[a-z][a-z0-9+.-]*://", re.IGNORECASE)


class Sought(NamedTuple):
    """What a rule looks for: a phrase or, if it `is_domain`, a site as `site_of` gives it."""

    rule: int
    is_domain: bool
    sought: str


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a text meets a rule (code points, end exclusive), and the stretch round it that is judged with it.

    `part` stands for the words of that stretch, whatever is changed elsewhere.
    """

    rule: int
    start: int
    end: int
    words: int
    first: int
    last: int
    part: str


def phrase_of(sought: str) -> tuple[str, ...]:
    """The words of a rule as texts are compared with them; none where they are too few letters or too many words."""
    words = tuple(folded(sought))
    return words if len(words) <= MOST_WORDS and sum(map(len, words)) >= FEWEST_LETTERS else ()


def site_of(typed: str) -> str | None:
    """The domain that somebody means by it, in small letters and Punycode: of an address its host, without `www`. None where
    it is none.
    """
    host = re.split(r"[/?#]", _SCHEME.sub("", typed.strip()), maxsplit=1)[0]
    found = _compared(host.rpartition("@")[2].partition(":")[0].strip("."))
    if found is None or not is_domain(found):
        return None
    bare = found.removeprefix("www.")
    return bare if "." in bare else found


class Matcher:
    """All the rules at once."""

    def __init__(self, rules: Iterable[Sought]) -> None:
        # A tree of words, in which `None` leads to the rules that end there.
        self._phrases: dict[str | None, Any] = {}
        self._domains: dict[str, list[int]] = defaultdict(list)
        for rule in rules:
            if rule.is_domain:
                self._domains[rule.sought].append(rule.rule)
            elif words := phrase_of(rule.sought):
                place = self._phrases
                for word in words:
                    place = place.setdefault(word, {})
                place.setdefault(None, []).append(rule.rule)

    def hits(self, text: str) -> list[Hit]:
        """Where the text meets rules, in its order, each rule at its first `MOST_PLACES` places."""
        tokens = tokenise(text)
        words = {hit for reading in _readings(text, tokens) for hit in self._words_in(reading)}
        found = sorted({*words, *self._sites_in(text)})
        starts, seen = [token.start for token in tokens], Counter[int]()
        hits = []
        for start, end, rule in found:
            seen[rule] += 1
            if seen[rule] <= MOST_PLACES:
                hits.append(_hit(rule, start, end, tokens, starts))
        return hits

    def _words_in(self, tokens: Sequence[Token]) -> Iterator[tuple[int, int, int]]:
        if not self._phrases:
            return
        for first, token in enumerate(tokens):
            place, last = self._phrases.get(token.word), first
            while place is not None:
                for rule in place.get(None, ()):
                    yield token.start, tokens[last].end, rule
                last += 1
                place = place.get(tokens[last].word) if last < len(tokens) else None

    def _sites_in(self, text: str) -> Iterator[tuple[int, int, int]]:
        if not self._domains:
            return
        seen, places = as_seen(text)
        for match in _HOST.finditer(seen):
            labels = _labels_of(match.group())
            for place in range(len(labels) - 1):
                for rule in self._domains.get(".".join(labels[place:]), ()):
                    yield places[match.start()][0], places[match.end() - 1][1], rule


def _hit(rule: int, start: int, end: int, tokens: Sequence[Token], starts: Sequence[int]) -> Hit:
    # A link may begin or end within what is no word.
    from_word = bisect_left(starts, start)
    to_word = max(bisect_left(starts, end), from_word)
    around = tokens[max(0, from_word - _AROUND) : to_word + _AROUND]
    words = " ".join(token.word for token in around)
    return Hit(
        rule=rule,
        start=start,
        end=end,
        words=max(1, to_word - from_word),
        first=min(start, around[0].start) if around else start,
        last=max(end, around[-1].end) if around else end,
        part=sha256(words.encode()).hexdigest()[:32],
    )


def _readings(text: str, tokens: Sequence[Token]) -> set[tuple[Token, ...]]:
    """The words as they stand, without emphasis inside them, and without "'s" at their end."""
    whole = _without_emphasis(text, tokens) if "*" in text else tokens
    return {tuple(tokens), tuple(whole), tuple(_without_s(text, token) for token in whole)}


def _without_emphasis(text: str, tokens: Sequence[Token]) -> list[Token]:
    runs: list[list[Token]] = []
    for token in tokens:
        if runs and _EMPHASIS.fullmatch(text, runs[-1][-1].end, token.start):
            runs[-1].append(token)
        else:
            runs.append([token])
    return [
        run[0]._replace(word=fold(_as_read(text, run[0].start, run[-1].end)), end=run[-1].end)
        if len(run) > 1
        else run[0]
        for run in runs
    ]


def _without_s(text: str, token: Token) -> Token:
    if not token.word.endswith("s"):
        return token
    read = _as_read(text, token.start, token.end)
    return token._replace(word=fold(read[:-2])) if _BELONGING.search(read) else token


def _as_read(text: str, start: int, end: int) -> str:
    return as_seen(text[start:end])[0].replace("*", "")


def _labels_of(written: str) -> list[str]:
    """Of what may be a host; empty where it is none."""
    host = unquote(written).translate(_STOPS).strip(".") if len(written) <= _LONGEST_WRITTEN else ""
    return (_compared(host) or "").split(".") if "." in host else []


def _compared(host: str) -> str | None:
    """A host as it is compared, without the emphasis round it; None where none can have that name."""
    return in_ascii(host.strip("_-"))
