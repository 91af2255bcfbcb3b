"""What every engine must keep. An engine's test inherits `EngineContract` and says how to make the engine.

class TestMine(EngineContract):
    src, dst = "pt", "en"

    def make_engine(self) -> Engine:
        return MyEngine(...)
"""

import time

from reviews.translation.base import Engine, Failed, FailureKind, Ok, call_engine
from reviews.translation.masking import Name
from reviews.translation.pipeline import Status, translate_source


class EngineContract:
    src = "pt"
    dst = "en"
    sentences = ("O filme é muito bonito.", "Eu chorei no final.", "A música é linda.")

    def make_engine(self) -> Engine:
        raise AssertionError("say how to make the engine")

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
        text = " ".join(f"Os meninos {n} correm." for n in range(400))
        result = self.make_engine().translate([text], src=self.src, dst=self.dst)[0]
        if isinstance(result, Ok):
            assert "399" in result.text
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
        source = (
            "Vi *Filhos do Paraíso* de Majid Majidi em 1997 e dei 4,5/5 ❤️.\n\n"
            "- No final ||o menino ganha a corrida|| e eu chorei, @joana.\n\n"
            "Leia [a crítica](https://example.org/a_b) e [[Cinema Paradiso]]."
        )
        outcome = translate_source(
            source,
            src=self.src,
            dst=self.dst,
            engine=self.make_engine(),
            names=[Name("Filhos do Paraíso"), Name("Majid Majidi")],
        )
        assert outcome.status is Status.DONE
        first, item, last = outcome.source.split("\n\n")
        for kept in ("*Filhos do Paraíso*", "Majid Majidi", "1997", "4,5/5", "❤️"):
            assert first.count(kept) == 1
        assert item.startswith("- ")
        assert item.count("||") == 2
        assert "@joana" in item
        assert "](https://example.org/a_b)" in last
        assert "[[Cinema Paradiso]]" in last
        assert outcome.source != source
