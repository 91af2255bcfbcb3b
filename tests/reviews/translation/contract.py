"""What every engine must keep. An engine's test inherits a contract and says how to make the engine.

class TestMine(EngineContract):
    kind = "mine"
    src, dst = "pt", "en"

    def make_engine(self) -> Engine:
        return MyEngine(...)

An engine on another machine inherits `RemoteEngineContract`, and makes one that nobody told its pairs yet.
"""

import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from reviews.translation.base import (
    Engine,
    EngineSettingError,
    Failed,
    FailureKind,
    NotOffered,
    Ok,
    RemoteEngine,
    call_engine,
)
from reviews.translation.engines import REGISTRY
from reviews.translation.masking import Name
from reviews.translation.pipeline import Status, translate_source


class EngineContract:
    kind: str
    src = "pt"
    dst = "en"
    sentences: tuple[str, ...] = ("O filme é muito bonito.", "Eu chorei no final.", "A música é linda.")
    # With two names, numbers, an emoji, a spoiler, a mention, a link and a title in brackets.
    review = (
        "Vi *Filhos do Paraíso* de Majid Majidi em 1997 e dei 4,5/5 ❤️.\n\n"
        "- No final ||o menino ganha a corrida|| e eu chorei, @joana.\n\n"
        "Leia [a crítica](https://example.org/a_b) e [[Cinema Paradiso]]."
    )
    names = ("Filhos do Paraíso", "Majid Majidi")

    def make_engine(self) -> Engine:
        raise AssertionError("say how to make the engine")

    def options(self) -> Mapping[str, str]:
        """What the settings must say of it at least."""
        return {}

    def test_it_is_made_by_name_and_knows_its_options(self, tmp_path: Path) -> None:
        make = REGISTRY[self.kind].from_settings
        assert make("second", self.options(), tmp_path).key == "second"
        with pytest.raises(EngineSettingError, match="second: there is no option colour"):
            make("second", {**self.options(), "colour": "red"}, tmp_path)

    def test_it_says_what_it_takes_at_once(self) -> None:
        limits = self.make_engine().capabilities()
        assert limits.max_segments >= 1
        assert limits.max_characters >= 500
        assert all("{n}" in form for form in limits.placeholders)

    def test_it_lists_its_pairs_one_by_one(self) -> None:
        pairs = self.make_engine().capabilities().pairs
        assert (self.src, self.dst) in pairs
        assert all(a != b and a and b for a, b in pairs)

    def test_its_fingerprint_is_stable_and_fits_the_column(self) -> None:
        first = self.make_engine().fingerprint(self.src, self.dst)
        assert 0 < len(first) <= 64
        assert first == self.make_engine().fingerprint(self.src, self.dst)

    def test_it_answers_every_text_in_order(self) -> None:
        engine = self.make_engine()
        together = engine.translate(self.sentences, src=self.src, dst=self.dst)
        alone = [engine.translate([text], src=self.src, dst=self.dst)[0] for text in self.sentences]
        assert all(isinstance(result, Ok) for result in together)
        assert together == alone

    def test_it_answers_more_texts_than_it_takes_at_once_and_the_same_text_twice(self) -> None:
        engine = self.make_engine()
        batch = [*self.sentences, *self.sentences] * (engine.capabilities().max_segments // 4)
        results = engine.translate(batch, src=self.src, dst=self.dst)
        assert all(isinstance(result, Ok) for result in results)
        assert results == results[: len(self.sentences)] * (len(batch) // len(self.sentences))

    def test_an_empty_batch_has_no_answers(self) -> None:
        assert list(self.make_engine().translate([], src=self.src, dst=self.dst)) == []

    def test_odd_texts_get_an_answer_or_a_failure_of_their_own(self) -> None:
        odd = [
            "",
            " ",
            "\n",
            "🙂",
            "x" * 300,
            "映画",
            "<b>&amp;</b>",
            "\u202e",
            "A\u0301" * 50,
            self.sentences[0],
        ]
        results = self.make_engine().translate(odd, src=self.src, dst=self.dst)
        assert len(results) == len(odd)
        assert isinstance(results[-1], Ok)

    def test_a_text_that_is_too_long_is_refused_or_translated_but_never_cut(self) -> None:
        text = " ".join(f"Os meninos {n} correm." for n in range(150))
        result = self.make_engine().translate([text], src=self.src, dst=self.dst)[0]
        if isinstance(result, Ok):
            assert "149" in result.text
        else:
            assert result.kind is FailureKind.TOO_LARGE

    def test_a_pair_it_does_not_have_is_unsupported(self) -> None:
        result = self.make_engine().translate(["x"], src="tlh", dst=self.dst)[0]
        assert isinstance(result, Failed)
        assert result.kind is FailureKind.UNSUPPORTED
        assert self.make_engine().fingerprint("tlh", self.dst) == ""

    def test_past_the_deadline_it_stops_with_a_failure_that_may_be_retried(self) -> None:
        results = self.make_engine().translate(
            self.sentences, src=self.src, dst=self.dst, deadline=time.monotonic() - 1
        )
        assert [r.kind for r in results if isinstance(r, Failed)] == [FailureKind.RETRYABLE] * 3

    def test_the_caller_gets_one_result_a_text(self) -> None:
        results = call_engine(self.make_engine(), self.sentences, src=self.src, dst=self.dst)
        assert len(results) == len(self.sentences)

    def test_a_review_keeps_its_names_links_numbers_and_spoilers(self) -> None:
        outcome = translate_source(
            self.review,
            src=self.src,
            dst=self.dst,
            engine=self.make_engine(),
            names=[Name(name) for name in self.names],
        )
        assert outcome.status is Status.DONE
        first, item, last = outcome.source.split("\n\n")
        for kept in (f"*{self.names[0]}*", self.names[1], "1997", "4,5/5", "❤️"):
            assert first.count(kept) == 1
        assert item.startswith("- ")
        assert item.count("||") == 2
        assert "@joana" in item
        assert "](https://example.org/a_b)" in last
        assert "[[Cinema Paradiso]]" in last
        assert outcome.source != self.review


class RemoteEngineContract(EngineContract):
    def make_untold(self) -> RemoteEngine:
        raise AssertionError("say how to make the engine")

    def make_at(self, url: str) -> RemoteEngine:
        """The same kind of engine, told its pair, at another address."""
        raise AssertionError("say how to make the engine")

    def make_engine(self) -> Engine:
        engine = self.make_untold()
        engine.know(engine.fetch_pairs())
        return engine

    def test_it_has_no_pair_until_it_is_told(self) -> None:
        engine = self.make_untold()
        assert isinstance(engine, RemoteEngine)
        assert engine.capabilities().pairs == frozenset()
        assert engine.fingerprint(self.src, self.dst) == ""
        result = engine.translate(self.sentences[:1], src=self.src, dst=self.dst)[0]
        assert isinstance(result, Failed)
        assert result.kind is FailureKind.UNSUPPORTED

    def test_its_fingerprint_changes_with_what_the_operator_calls_the_version(self, tmp_path: Path) -> None:
        prints = set()
        for version in ("", "2"):
            make = REGISTRY[self.kind].from_settings
            engine = make("a", {**self.options(), "version": version}, tmp_path)
            assert isinstance(engine, RemoteEngine)
            engine.know(frozenset({(self.src, self.dst), (self.dst, self.src)}))
            prints |= {engine.fingerprint(self.src, self.dst), engine.fingerprint(self.dst, self.src)}
        assert len(prints) == 4

    def test_where_nobody_listens_it_may_work_later(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        engine = self.make_at(f"http://127.0.0.1:{port}")
        assert [result.kind for result in _failures(engine, self)] == [FailureKind.RETRYABLE] * 3
        with pytest.raises(NotOffered) as caught:
            engine.fetch_pairs()
        assert caught.value.failure.kind is FailureKind.RETRYABLE

    def test_one_that_hangs_is_left_at_the_deadline(self) -> None:
        with silence() as url:
            engine = self.make_at(url)
            began = time.monotonic()
            failures = _failures(engine, self, began + 0.4)
            assert [result.kind for result in failures] == [FailureKind.RETRYABLE] * 3
            with pytest.raises(NotOffered):
                engine.fetch_pairs(deadline=time.monotonic() + 0.4)
            assert time.monotonic() - began < 15


@contextmanager
def silence() -> Iterator[str]:
    """The address of a server that lets everybody in and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def _failures(engine: Engine, contract: EngineContract, deadline: float | None = None) -> list[Failed]:
    results = engine.translate(contract.sentences, src=contract.src, dst=contract.dst, deadline=deadline)
    return [result for result in results if isinstance(result, Failed)]
