"""Models on disk: added whole and as promised, or not at all."""

import json
from pathlib import Path

import pytest

from reviews.translation.base import Failed, FailureKind
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
