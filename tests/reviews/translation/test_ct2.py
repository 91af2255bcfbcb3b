"""CTranslate2 on a model that the tests write themselves."""

import multiprocessing
from pathlib import Path

import pytest

from reviews.translation.base import Engine, EngineSettingError, Failed, FailureKind, Ok
from reviews.translation.engines import ct2
from reviews.translation.engines.ct2 import CT2Engine
from reviews.translation.model_store import CT2, Model, ModelError, add_model, hash_directory
from tests.reviews.translation.contract import EngineContract
from tests.reviews.translation.ct2_model import write_model


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("ct2") / "model")


@pytest.fixture(scope="module")
def store(written: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    models_dir = tmp_path_factory.mktemp("models")
    add(written, models_dir)
    return models_dir


@pytest.fixture
def own_store(written: Path, tmp_path: Path) -> Path:
    """One that a test may damage."""
    add(written, tmp_path)
    return tmp_path


def add(directory: Path, models_dir: Path, src: str = "pt") -> Model:
    hashes = hash_directory(directory, kind=CT2)
    return add_model(directory, models_dir=models_dir, src=src, dst="en", hashes=hashes, kind=CT2)


def one(engine: Engine, text: str, src: str = "pt") -> str | Failed:
    (result,) = engine.translate([text], src=src, dst="en")
    return result.text if isinstance(result, Ok) else result


def rejected(models_dir: Path) -> str:
    failure = one(CT2Engine(models_dir), "O filme.")
    assert isinstance(failure, Failed)
    assert failure.kind is FailureKind.REJECTED
    return failure.detail


class TestCT2(EngineContract):
    kind = "ct2"

    @pytest.fixture(autouse=True)
    def _engine(self, store: Path) -> None:
        self.engine = CT2Engine(store)

    def make_engine(self) -> Engine:
        return self.engine


def test_it_translates_with_the_model_of_the_pair(store: Path) -> None:
    assert one(CT2Engine(store), "O filme é muito bonito.") == "The film is very pretty."


def test_a_batch_of_every_length_keeps_its_order(store: Path) -> None:
    texts = [" ".join(["filme"] * (n * 7 % 23)) + f" {n}." for n in range(60)]
    results = CT2Engine(store).translate(texts, src="pt", dst="en")
    assert [result.text.strip() for result in results if isinstance(result, Ok)] == [
        text.replace("filme", "film").strip() for text in texts
    ]


def test_a_sentence_is_never_cut_at_either_side(store: Path) -> None:
    engine = CT2Engine(store)
    most = " ".join(["filme"] * (ct2.MAX_TOKENS - 1))
    assert one(engine, most) == most.replace("filme", "film")
    failure = one(engine, f"{most} filme filme")
    assert isinstance(failure, Failed)
    assert failure.kind is FailureKind.TOO_LARGE


def test_an_answer_that_finds_no_end_is_none(tmp_path: Path) -> None:
    add(write_model(tmp_path / "endless", ends=False), tmp_path)
    failure = one(CT2Engine(tmp_path), "O filme é muito bonito.")
    assert failure == Failed(FailureKind.BROKEN, "it found no end")


def test_a_model_that_lost_its_vocabulary_is_refused(own_store: Path) -> None:
    (own_store / "ct2" / "pt-en" / "source_vocabulary.json").unlink()
    assert "source_vocabulary.json is missing" in rejected(own_store)


def test_a_model_without_a_vocabulary_does_not_come_into_the_store(tmp_path: Path) -> None:
    directory = write_model(tmp_path / "model")
    for vocabulary in directory.glob("*vocabulary*"):
        vocabulary.unlink()
    with pytest.raises(ModelError, match="vocabulary"):
        add(directory, tmp_path / "models")


@pytest.mark.parametrize("name", ["source.spm", "target.spm"])
def test_a_model_without_one_of_its_sentence_pieces_says_so(tmp_path: Path, name: str) -> None:
    directory = write_model(tmp_path / "model")
    (directory / name).rename(directory / f"other-{name}")
    add(directory, tmp_path / "models")
    assert "there is no one *.spm" in rejected(tmp_path / "models")


def test_weights_that_changed_since_are_never_loaded(own_store: Path) -> None:
    weights = own_store / "ct2" / "pt-en" / "model.bin"
    data = bytearray(weights.read_bytes())
    data[len(data) // 2] ^= 1
    weights.write_bytes(data)
    assert "model.bin is not the file its hash promises" in rejected(own_store)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("model.bin", b""),
        ("model.bin", b"not a model at all" * 100),
        ("model.bin", None),
        ("config.json", b"{"),
        ("source.spm", b"no pieces"),
        ("target.spm", None),
    ],
    ids=["empty", "no model", "cut", "no settings", "no pieces", "cut pieces"],
)
def test_files_that_are_as_promised_and_of_no_use_are_a_failure_not_a_crash(
    tmp_path: Path, name: str, content: bytes | None
) -> None:
    directory = write_model(tmp_path / "model")
    path = directory / name
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2] if content is None else content)
    add(directory, tmp_path / "models")
    assert rejected(tmp_path / "models")


def test_only_so_many_models_stay_in_memory(written: Path, tmp_path: Path) -> None:
    for src in ("pt", "es", "it"):
        add(written, tmp_path, src)
    engine = CT2Engine(tmp_path, keep=2)
    for src in ("pt", "es", "pt", "it"):
        assert one(engine, "filme", src) == "film"
    assert [pair for pair, _fingerprint in engine._loaded] == [("pt", "en"), ("it", "en")]


def test_a_forked_child_loads_its_own_model(store: Path) -> None:
    engine = CT2Engine(store)
    assert one(engine, "filme") == "film"
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    child = context.Process(target=lambda: answers.put(one(engine, "O filme.")))
    child.start()
    assert answers.get(timeout=30) == "The film."
    child.join(30)
    assert child.exitcode == 0
    assert one(engine, "filme") == "film"


def test_without_its_packages_the_operator_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(ct2, "INSTALLED", False)
    with pytest.raises(EngineSettingError, match=r"install requirements-ct2\.txt"):
        CT2Engine.from_settings("ct2", {}, tmp_path)


@pytest.mark.parametrize("value", ["0", "-1", "many", "", "99999", "²"])
def test_a_number_that_is_none_is_told_to_the_operator(value: str, tmp_path: Path) -> None:
    with pytest.raises(EngineSettingError, match="threads is a whole number"):
        CT2Engine.from_settings("ct2", {"threads": value}, tmp_path)
