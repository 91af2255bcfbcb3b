"""Two engines in a row, for a pair that none has: Portuguese to Dutch by way of English.

A chain is an engine like others. Each sentence goes its own way: what the first engine fails at never reaches the
second, and what it answers must pass the same gates as any translation, since nobody will ever read it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from filmsite.lib.languages import primary, same_language
from reviews.translation import gates
from reviews.translation.base import (
    Capabilities,
    Engine,
    Failed,
    FailureKind,
    Ok,
    Pair,
    Result,
    batches,
    call_engine,
)
from reviews.translation.masking import from_form, to_form, tokens
from reviews.translation.memory import Memory, segment_key
from reviews.translation.routes import resolve_pair

# A sentence whose names were lost is asked for in so many forms of token; then it has failed.
FORMS_TRIED: Final = 2


@dataclass(frozen=True, slots=True)
class Hop:
    """One engine of a chain and the pair it is asked for, in its own codes."""

    engine: Engine
    src: str
    dst: str


class Chain:
    """Translates with `first` into the language `via`, and from there with `second`.

    `placeholders` are the forms of token that each of the two takes best, where that is known; whoever calls the chain
    writes `XQ{n}`. `memory` is that of the first engine: a sentence that was translated into `via` for its own sake is
    not asked for again.
    """

    def __init__(
        self,
        first: Engine,
        second: Engine,
        *,
        via: str,
        placeholders: Sequence[str] = ("", ""),
        memory: Memory | None = None,
    ) -> None:
        self.key = f"{first.key}+{second.key}"
        self.first, self.second, self.via = first, second, via
        self._placeholders = placeholders
        self._memory = memory

    def prepared(self, *, placeholders: Sequence[str], memory: Memory | None) -> "Chain":
        """The same chain with these forms of token and this memory."""
        return Chain(self.first, self.second, via=self.via, placeholders=placeholders, memory=memory)

    def capabilities(self) -> Capabilities:
        first, second = self.first.capabilities(), self.second.capabilities()
        return Capabilities(
            pairs=self._pairs(first.pairs, second.pairs),
            max_segments=min(first.max_segments, second.max_segments),
            max_characters=min(first.max_characters, second.max_characters),
            # The tokens are written anew for each hop, in the forms of that hop.
            placeholders=("XQ{n}",),
            external=first.external or second.external,
            billed=first.billed or second.billed,
            real_language=first.real_language and second.real_language,
        )

    def hops(self, src: str, dst: str) -> tuple[Hop, Hop] | None:
        """Give the two hops of a pair, or None when one of them is missing."""
        start = resolve_pair(self.first.capabilities().pairs, src, self.via)
        end = resolve_pair(self.second.capabilities().pairs, self.via, dst)
        if start is None or end is None or same_language(src, dst):
            return None
        return Hop(self.first, *start), Hop(self.second, *end)

    def fingerprint(self, src: str, dst: str) -> str:
        hops = self.hops(src, dst)
        if hops is None:
            return ""
        parts = [f"{hop.engine.key} {hop.engine.fingerprint(hop.src, hop.dst)}" for hop in hops]
        return hashlib.sha256("\n".join([self.via, *parts]).encode()).hexdigest()

    def translate(
        self, batch: Sequence[str], *, src: str, dst: str, deadline: float | None = None
    ) -> list[Result]:
        hops = self.hops(src, dst)
        if hops is None:
            return [Failed(FailureKind.UNSUPPORTED, f"not {src}-{dst} by way of {self.via}")] * len(batch)
        results = self._into_middle(batch, hops[0], deadline)
        places = [place for place, result in enumerate(results) if isinstance(result, Ok)]
        middle = [result.text for result in results if isinstance(result, Ok)]
        answers = _ask(hops[1], middle, self._placeholders[1], deadline)
        for place, answer in zip(places, answers, strict=True):
            results[place] = answer
        return results

    def _into_middle(self, batch: Sequence[str], hop: Hop, deadline: float | None) -> list[Result]:
        fingerprint = hop.engine.fingerprint(hop.src, hop.dst)
        keys = [
            segment_key(text, src=hop.src, dst=hop.dst, engine=hop.engine.key, fingerprint=fingerprint)
            for text in batch
        ]
        known = self._remembered(batch, keys)
        missing = [place for place in range(len(batch)) if place not in known]
        answers = _ask(hop, [batch[place] for place in missing], self._placeholders[0], deadline)
        fresh = {
            place: _checked(hop, batch[place], answer) for place, answer in zip(missing, answers, strict=True)
        }
        if self._memory is not None:
            good = [(keys[place], answer.text) for place, answer in fresh.items() if isinstance(answer, Ok)]
            self._memory.put_many(good)
        return [known.get(place) or fresh[place] for place in range(len(batch))]

    def _remembered(self, batch: Sequence[str], keys: Sequence[bytes]) -> Mapping[int, Result]:
        if self._memory is None or not batch:
            return {}
        known = self._memory.get_many(keys)
        return {
            place: Ok(known[key])
            for place, key in enumerate(keys)
            if key in known and sorted(tokens(known[key])) == sorted(tokens(batch[place]))
        }

    def _pairs(self, first: frozenset[Pair], second: frozenset[Pair]) -> frozenset[Pair]:
        middle = {self.via, primary(self.via)}
        sources = {src for src, dst in first if dst in middle}
        targets = {dst for src, dst in second if src in middle}
        return frozenset((src, dst) for src in sources for dst in targets if not same_language(src, dst))


def _ask(hop: Hop, texts: Sequence[str], placeholder: str, deadline: float | None) -> list[Result]:
    """Translate texts in batches that the engine takes; a text whose tokens got lost is asked for in another form."""
    results: list[Result] = [Failed(FailureKind.UNFIT, gates.Fault.ATOMS)] * len(texts)
    capabilities = hop.engine.capabilities()
    forms = tuple(dict.fromkeys(form for form in (placeholder, *capabilities.placeholders) if form))
    open_places = list(range(len(texts)))
    for form in forms[:FORMS_TRIED]:
        asked = [to_form(texts[place], form) for place in open_places]
        lost: list[int] = []
        for batch in batches(asked, capabilities):
            answers = call_engine(
                hop.engine, [asked[n] for n in batch], src=hop.src, dst=hop.dst, deadline=deadline
            )
            for number, answer in zip(batch, answers, strict=True):
                place = open_places[number]
                if isinstance(answer, Failed):
                    results[place] = answer
                elif (text := from_form(answer.text, form, tokens(texts[place]))) is not None:
                    results[place] = Ok(text)
                else:
                    lost.append(place)
        open_places = [place for place in lost if tokens(texts[place])]
        if not open_places:
            break
    return results


def _checked(hop: Hop, text: str, answer: Result) -> Result:
    if isinstance(answer, Failed) or not text.strip():
        return answer
    real_language = hop.engine.capabilities().real_language
    fault = gates.check(text, answer.text, src=hop.src, dst=hop.dst, real_language=real_language)
    if fault is None or gates.tolerable(fault, text):
        return answer
    return Failed(FailureKind.UNFIT, fault)
