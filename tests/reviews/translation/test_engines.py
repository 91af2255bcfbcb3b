import multiprocessing
import threading

import pytest

from reviews.translation.base import (
    Capabilities,
    Engine,
    Failed,
    FailureKind,
    Ok,
    WrongThread,
    batches,
    call_engine,
)
from reviews.translation.engines.dummy import DummyEngine
from reviews.translation.engines.fx import FxEngine
from tests.reviews.translation.contract import EngineContract


@pytest.fixture(scope="module")
def fx() -> FxEngine:
    return FxEngine()


class TestFx(EngineContract):
    kind = "fx"

    @pytest.fixture(autouse=True)
    def _engine(self, fx: FxEngine) -> None:
        self.engine = fx

    def make_engine(self) -> Engine:
        return self.engine

    def test_it_really_translates(self) -> None:
        results = self.engine.translate(["O menino perdeu os sapatos da irmã."], src="pt", dst="en")
        assert isinstance(results[0], Ok)
        words = results[0].text.lower()
        assert "boy" in words
        assert "shoes" in words
        assert "sister" in words

    def test_it_refuses_another_thread_rather_than_crash_the_process(self) -> None:
        self.engine.translate(["Bom dia."], src="pt", dst="en")
        caught: list[BaseException] = []

        def use() -> None:
            try:
                call_engine(self.engine, ["Bom dia."], src="pt", dst="en")
            except BaseException as error:
                caught.append(error)

        thread = threading.Thread(target=use)
        thread.start()
        thread.join()
        assert [type(error) for error in caught] == [WrongThread]

    def test_a_forked_child_loads_its_own_model(self) -> None:
        self.engine.translate(["Bom dia."], src="pt", dst="en")
        context = multiprocessing.get_context("fork")
        answers = context.Queue()
        child = context.Process(target=_translate_in_child, args=(self.engine, answers))
        child.start()
        answer, loaded = answers.get(timeout=30)
        child.join(30)
        assert child.exitcode == 0
        assert answer == "Good morning."
        assert loaded == 1


def _translate_in_child(engine: FxEngine, answers: "multiprocessing.Queue[tuple[str, int]]") -> None:
    result = engine.translate(["Bom dia."], src="pt", dst="en")[0]
    answers.put((result.text if isinstance(result, Ok) else str(result), len(engine._loaded)))


class TestDummy(EngineContract):
    kind = "dummy"

    def make_engine(self) -> Engine:
        return DummyEngine()


@pytest.mark.parametrize("kind", list(FailureKind))
def test_the_dummy_fails_with_each_kind_when_told_to(kind: FailureKind) -> None:
    results = DummyEngine(fail=kind, fail_when=lambda text: text == "b").translate(
        ["a", "b"], src="pt", dst="en"
    )
    assert isinstance(results[0], Ok)
    assert isinstance(results[1], Failed)
    assert results[1].kind is kind


@pytest.mark.parametrize(
    "engine",
    [
        DummyEngine(raises=RuntimeError("boom")),
        DummyEngine(answers=lambda results: results[:1]),
        DummyEngine(answers=lambda results: [*results, *results]),
        DummyEngine(answers=lambda results: [Ok(None) for _ in results]),
        DummyEngine(answers=lambda results: None),
        DummyEngine(answers=lambda results: "ab"),
        DummyEngine(answers=lambda results: [None, "b"]),
        DummyEngine(garble=lambda text: text * 100),
        DummyEngine(garble=lambda text: f"{text}\0"),
        DummyEngine(garble=lambda text: f"{text}\ud800"),
    ],
    ids=[
        "raises", "too few", "too many", "no text", "nothing", "a text", "no results", "a flood", "a zero byte",
        "half a character",
    ],
)  # fmt: skip
def test_an_engine_that_breaks_the_contract_is_a_failure_not_an_exception(engine: DummyEngine) -> None:
    results = call_engine(engine, ["a", "b"], src="pt", dst="en")
    assert [result.kind for result in results if isinstance(result, Failed)] == [FailureKind.BROKEN] * 2


@pytest.mark.parametrize(
    ("wait", "bounded"),
    [(None, None), (7, 7), (-5, 0), (1e300, 86_400), (float("inf"), 86_400), (float("nan"), None)],
)
def test_what_an_engine_says_of_itself_is_bounded(wait: float | None, bounded: float | None) -> None:
    said = "no\0\ud800\n" + "x" * 1000
    engine = DummyEngine(answers=lambda _results: [Failed(FailureKind.QUOTA, said, wait)])
    assert call_engine(engine, ["a"], src="pt", dst="en") == [
        Failed(FailureKind.QUOTA, f"no {'x' * 197}", bounded)
    ]


def test_batches_stay_within_what_the_engine_takes() -> None:
    small = Capabilities(max_segments=2, max_characters=10)
    assert batches(["aaaa", "bbbb", "cc", "d" * 30, "e"], small) == [[0, 1], [2], [3], [4]]
    assert batches([], small) == []
