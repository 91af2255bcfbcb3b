import json
import multiprocessing
import threading
from pathlib import Path

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
from reviews.translation.model_store import (
    MANIFEST,
    Model,
    ModelError,
    add_model,
    find_model,
    hash_directory,
    list_models,
    verify,
)
from reviews.translation.probe import probe
from reviews.translation.router import Router, load_engines, resolve_pair
from tests.reviews.translation.contract import EngineContract


@pytest.fixture(scope="module")
def fx() -> FxEngine:
    return FxEngine()


class TestFx(EngineContract):
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
    ],
    ids=["raises", "too few", "too many", "no text"],
)
def test_an_engine_that_breaks_the_contract_is_a_failure_not_an_exception(engine: DummyEngine) -> None:
    results = call_engine(engine, ["a", "b"], src="pt", dst="en")
    assert [result.kind for result in results if isinstance(result, Failed)] == [FailureKind.BROKEN] * 2


def test_batches_stay_within_what_the_engine_takes() -> None:
    small = Capabilities(max_segments=2, max_characters=10)
    assert batches(["aaaa", "bbbb", "cc", "d" * 30, "e"], small) == [[0, 1], [2], [3], [4]]
    assert batches([], small) == []


# --- Models on disk -------------------------------------------------------------------------------------------


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A directory with the parts of a model, of no use but to be copied."""
    directory = tmp_path / "downloaded"
    directory.mkdir()
    (directory / "model.nlen.intgemm.alphas.bin").write_bytes(b"weights")
    (directory / "vocab.nlen.spm").write_bytes(b"words")
    (directory / "README.md").write_text("not part of it")
    return directory


def add(files: Path, store: Path, **options: object) -> Model:
    hashes = hash_directory(files)
    return add_model(files, models_dir=store, src="nl", dst="en", **({"hashes": hashes} | options))  # type: ignore[arg-type]  # a test's shorthand


def test_the_models_of_the_package_are_always_there() -> None:
    models = {model.pair: model for model in list_models(None)}
    assert set(models) >= {("pt", "en"), ("en", "pt")}
    assert models["pt", "en"].built_in
    assert verify(models["pt", "en"]) == []


def test_a_model_is_added_by_copy_and_found(files: Path, tmp_path: Path) -> None:
    store = tmp_path / "models"
    model = add(files, store, name="Dutch to English")
    assert sorted(p.name for p in model.path.iterdir()) == [
        MANIFEST, "model.nlen.intgemm.alphas.bin", "vocab.nlen.spm",
    ]  # fmt: skip
    assert find_model("nl", "en", store) == model
    assert verify(model) == []
    assert [p.name for p in store.iterdir()] == ["nl-en"]
    assert FxEngine(store).fingerprint("nl", "en") == model.fingerprint


def test_adding_again_replaces_and_changes_the_fingerprint(files: Path, tmp_path: Path) -> None:
    store = tmp_path / "models"
    before = add(files, store)
    (files / "model.nlen.intgemm.alphas.bin").write_bytes(b"better weights")
    after = add(files, store)
    assert before.fingerprint != after.fingerprint
    assert [p.name for p in store.iterdir()] == ["nl-en"]


def test_a_model_directory_with_its_manifest_needs_no_hashes(files: Path, tmp_path: Path) -> None:
    first = add(files, tmp_path / "models")
    second = add_model(first.path, models_dir=tmp_path / "elsewhere", src="nl", dst="en")
    assert second.files == first.files


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"hashes": {"model.nlen.intgemm.alphas.bin": "0" * 64, "vocab.nlen.spm": "0" * 64}},
            "hash promises",
        ),
        ({"hashes": {"vocab.nlen.spm": "0" * 64}}, "no hash is known"),
        ({"hashes": None}, "has no manifest"),
        ({"src": "../x"}, "no pair"),
        ({"dst": "nl"}, "no pair"),
    ],
)
def test_what_is_not_as_promised_is_refused_and_leaves_nothing(
    files: Path, tmp_path: Path, options: dict[str, object], message: str
) -> None:
    store = tmp_path / "models"
    arguments = {"hashes": hash_directory(files), "src": "nl", "dst": "en"} | options
    with pytest.raises(ModelError, match=message):
        add_model(files, models_dir=store, **arguments)  # type: ignore[arg-type]  # table of cases
    assert not store.exists() or list(store.iterdir()) == []


@pytest.mark.parametrize(
    "manifest",
    [
        "",
        "[]",
        "{",
        json.dumps({"src": "nl", "dst": "en", "files": {"../../etc/passwd": "0" * 64}}),
        json.dumps({"src": "nl", "dst": "en", "files": {"model.x.bin": "short"}}),
        json.dumps({"src": "nl", "dst": "en", "files": {}}),
    ],
)
def test_a_damaged_manifest_hides_the_model_and_stops_nothing(tmp_path: Path, manifest: str) -> None:
    (tmp_path / "nl-en").mkdir()
    (tmp_path / "nl-en" / MANIFEST).write_text(manifest)
    assert find_model("nl", "en", tmp_path) is None
    assert find_model("pt", "en", tmp_path) is not None


def test_changed_weights_are_never_loaded(files: Path, tmp_path: Path) -> None:
    store = tmp_path / "models"
    model = add(files, store)
    (model.path / "model.nlen.intgemm.alphas.bin").write_bytes(b"changed")
    assert verify(model) == ["model.nlen.intgemm.alphas.bin is not the file its hash promises"]
    result = FxEngine(store).translate(["Mooi."], src="nl", dst="en")[0]
    assert isinstance(result, Failed)
    assert result.kind is FailureKind.REJECTED


def test_weights_that_are_no_model_are_a_failure_not_a_crash(files: Path, tmp_path: Path) -> None:
    store = tmp_path / "models"
    add(files, store)
    result = FxEngine(store).translate(["Mooi."], src="nl", dst="en")[0]
    assert isinstance(result, Failed)
    assert result.kind is FailureKind.REJECTED


# --- Probe and router -----------------------------------------------------------------------------------------


def test_the_probe_finds_the_token_the_real_model_leaves_alone(fx: FxEngine) -> None:
    found = probe(fx, "pt", "en")
    assert found.placeholder == "XQ{n}"
    assert found.survival["XQ{n}"] == 1
    assert found.survival["{{{n}}}"] < 1
    assert "XQ0" in found.sample


def test_the_probe_says_when_nothing_comes_back() -> None:
    with pytest.raises(ValueError, match="translates nothing"):
        probe(DummyEngine(fail=FailureKind.REJECTED), "pt", "en")


def test_the_first_engine_that_has_the_pair_is_taken() -> None:
    small, large = DummyEngine(pairs=frozenset({("pt", "en")})), DummyEngine()
    router = Router([small, large])
    route = router.route("pt-BR", "en-GB")
    assert route is not None
    assert [(hop.engine, hop.src, hop.dst) for hop in route.hops] == [(small, "pt", "en")]
    other = router.route("nl", "en")
    assert other is not None
    assert other.hops[0].engine is large


def test_a_pair_nobody_has_or_needs_has_no_route() -> None:
    router = Router([DummyEngine(pairs=frozenset({("pt", "en")}))])
    assert router.route("nl", "en") is None
    assert router.route("pt-BR", "pt-PT") is None
    assert router.route("und", "en") is None
    assert not router.supports("en", "pt")
    assert router.targets("pt-BR") == ["en"]
    assert router.sources("en") == ["pt"]
    assert Router([]).matrix() == frozenset()


def test_exact_codes_go_before_languages() -> None:
    pairs = {("pt", "en"), ("pt-BR", "en")}
    assert resolve_pair(pairs, "pt-BR", "en") == ("pt-BR", "en")
    assert resolve_pair(pairs, "pt-PT", "en-US") == ("pt", "en")
    assert resolve_pair(pairs, "en", "pt") is None


def test_engines_are_made_from_their_dotted_paths(tmp_path: Path) -> None:
    (engine,) = load_engines(["reviews.translation.engines.fx.FxEngine"], models_dir=tmp_path)
    assert engine.key == "fx"
    with pytest.raises(ImportError):
        load_engines(["reviews.translation.engines.none.None"])
