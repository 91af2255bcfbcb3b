"""Where a model's files come from, and that none is taken which nobody promised."""

import gzip
import hashlib
import io
import json
import random
import tarfile
import zipfile
from pathlib import Path

import pytest

from filmsite.lib.http import Answer, Unanswered
from reviews.translation import model_sources
from reviews.translation.model_sources import ALL_OF_IT, collect, pair_of
from reviews.translation.model_store import CT2, ModelError, add_model

WEIGHTS, WORDS = b"weights" * 1000, b"words" * 100
FILES = {"model.nlen.intgemm.alphas.bin": WEIGHTS, "vocab.nlen.spm": WORDS, "README.md": b"not part of it"}


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def into(tmp_path: Path) -> Path:
    (tmp_path / "into").mkdir()
    return tmp_path / "into"


def folder(path: Path, files: dict[str, bytes] = FILES, *, packed: bool = False) -> Path:
    path.mkdir()
    for name, data in files.items():
        (path / (f"{name}.gz" if packed else name)).write_bytes(gzip.compress(data) if packed else data)
    return path


def tar(path: Path, files: dict[str, bytes] = FILES) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(f"nlen/exported/{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


def zipped(path: Path, files: dict[str, bytes] = FILES) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(f"nlen/{name}", data)
    return path


# --- What is understood -----------------------------------------------------------------------------------


def test_a_folder_of_plain_files_needs_no_pair(tmp_path: Path, into: Path) -> None:
    found = collect(str(folder(tmp_path / "nlen")), into=into, trust=True)
    assert found.pair == ("nl", "en")
    assert found.hashes == {
        "model.nlen.intgemm.alphas.bin": sha256(WEIGHTS),
        "vocab.nlen.spm": sha256(WORDS),
    }
    assert sorted(path.name for path in into.iterdir()) == sorted(found.hashes)


def test_files_gzipped_one_by_one_are_unpacked(tmp_path: Path, into: Path) -> None:
    found = collect(str(folder(tmp_path / "nlen", packed=True)), into=into, trust=True)
    assert (into / "model.nlen.intgemm.alphas.bin").read_bytes() == WEIGHTS
    assert found.hashes["vocab.nlen.spm"] == sha256(WORDS)


@pytest.mark.parametrize(("make", "name"), [(tar, "nlen.tar.gz"), (zipped, "nlen.zip")])
def test_an_archive_is_searched_whatever_its_folders(make, name: str, tmp_path: Path, into: Path) -> None:
    found = collect(str(make(tmp_path / name)), into=into, trust=True)
    assert found.pair == ("nl", "en")
    assert (into / "vocab.nlen.spm").read_bytes() == WORDS


def test_what_is_collected_can_be_added(tmp_path: Path, into: Path) -> None:
    found = collect(str(folder(tmp_path / "nlen", packed=True)), into=into, trust=True)
    model = add_model(into, models_dir=tmp_path / "store", src="nl", dst="en", hashes=found.hashes)
    assert model.pair == ("nl", "en")


def test_of_several_pairs_in_a_folder_the_one_that_is_meant_is_taken(tmp_path: Path, into: Path) -> None:
    both = FILES | {"model.ennl.intgemm.alphas.bin": b"other", "lex.50.50.ennl.s2t.bin": b"lex"}
    source = str(folder(tmp_path / "both", both))
    with pytest.raises(ModelError, match="models of en-nl, nl-en: say which"):
        collect(source, into=into, trust=True)
    found = collect(source, into=into, pair=("en", "nl"), trust=True)
    # One vocabulary serves both directions.
    assert sorted(found.hashes) == [
        "lex.50.50.ennl.s2t.bin", "model.ennl.intgemm.alphas.bin", "vocab.nlen.spm",
    ]  # fmt: skip


def test_the_quantisation_with_its_own_scales_is_preferred(tmp_path: Path, into: Path) -> None:
    files = FILES | {"model.nlen.intgemm8.bin": b"plain"}
    found = collect(str(folder(tmp_path / "nlen", files)), into=into, trust=True)
    assert "model.nlen.intgemm.alphas.bin" in found.hashes
    assert "model.nlen.intgemm8.bin" not in found.hashes


@pytest.mark.parametrize(
    ("names", "pair"),
    [
        (["model.nlen.intgemm.alphas.bin", "vocab.nlen.spm"], ("nl", "en")),
        (["model.ennl.intgemm8.bin", "srcvocab.ennl.spm", "trgvocab.ennl.spm"], ("en", "nl")),
    ],
)
def test_the_names_of_mozillas_files_tell_the_pair(names: list[str], pair: tuple[str, str]) -> None:
    assert pair_of(names) == pair


def test_names_without_languages_ask_for_the_pair(tmp_path: Path, into: Path) -> None:
    source = str(folder(tmp_path / "m", {"model.intgemm.alphas.bin": WEIGHTS, "vocab.spm": WORDS}))
    with pytest.raises(ModelError, match="say the pair"):
        collect(source, into=into, trust=True)
    assert collect(source, into=into, pair=("nl", "en"), trust=True).pair == ("nl", "en")


def test_a_ctranslate2_folder_comes_with_its_sentence_pieces(tmp_path: Path, into: Path) -> None:
    files = {"model.bin": b"m", "config.json": b"{}", "shared_vocabulary.json": b"[]", "source.spm": b"s"}
    found = collect(
        str(folder(tmp_path / "c", files | {"x.txt": b""})),
        into=into,
        kind=CT2,
        pair=("nl", "en"),
        trust=True,
    )
    assert sorted(found.hashes) == sorted(files)


# --- What is promised -------------------------------------------------------------------------------------


def test_nothing_is_trusted_unasked(tmp_path: Path, into: Path) -> None:
    with pytest.raises(ModelError, match="no hash is known for model"):
        collect(str(folder(tmp_path / "nlen")), into=into)
    with pytest.raises(ModelError, match="no hash is known for"):
        collect(str(tar(tmp_path / "nlen.tar.gz")), into=into)


@pytest.mark.parametrize("of", ["packed", "unpacked"])
def test_a_hash_may_be_that_of_the_packed_or_of_the_unpacked_file(
    of: str, tmp_path: Path, into: Path
) -> None:
    source = folder(tmp_path / "nlen", packed=True)
    promised = {
        (f"{name}.gz" if of == "packed" else name): sha256(
            (source / f"{name}.gz").read_bytes() if of == "packed" else data
        )
        for name, data in FILES.items()
    }
    assert collect(str(source), into=into, promised=promised).pair == ("nl", "en")


@pytest.mark.parametrize("trust", [True, False])
def test_a_file_that_breaks_a_promise_is_refused_even_when_the_rest_is_trusted(
    trust: bool, tmp_path: Path, into: Path
) -> None:
    source = folder(tmp_path / "nlen")
    manifest = {"src": "nl", "dst": "en", "files": {"model.nlen.intgemm.alphas.bin": "0" * 64}}
    (source / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ModelError, match="not the file its hash promises"):
        collect(str(source), into=into, trust=trust)


def test_the_hash_of_an_archive_speaks_for_all_that_is_in_it(tmp_path: Path, into: Path) -> None:
    archive = tar(tmp_path / "nlen.tar.gz")
    with pytest.raises(ModelError, match="not the file its hash promises"):
        collect(str(archive), into=into, promised={ALL_OF_IT: "0" * 64})
    assert list(into.iterdir()) == []
    assert collect(str(archive), into=into, promised={ALL_OF_IT: sha256(archive.read_bytes())}).hashes


# --- What is refused --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"README.md": b"hello"}, "no file of a model"),
        ({"model.nlen.bin.zst": b"\x28\xb5\x2f\xfd"}, "unzstd"),
        ({"model.nlen.bin": b"\x28\xb5\x2f\xfdxxxx"}, "packed with zstd"),
        ({"model.nlen.bin.gz": gzip.compress(WEIGHTS)[:-20]}, "breaks off"),
        ({"model.deen.bin": WEIGHTS, "manifest.json": b"[]"}, "manifest.json cannot be read"),
        (
            {"vocab.nlen.spm": WORDS, "manifest.json": b'{"src":"nl","dst":"en","files":{}}'},
            "no model of nl-en",
        ),
    ],
)
def test_what_is_no_model_is_refused_with_the_cure(
    files: dict[str, bytes], message: str, tmp_path: Path, into: Path
) -> None:
    with pytest.raises(ModelError, match=message):
        collect(str(folder(tmp_path / "m", files)), into=into, trust=True)


def test_a_pair_that_the_files_are_not_of_is_refused(tmp_path: Path, into: Path) -> None:
    with pytest.raises(ModelError, match="no model of de-en; the files are of nl-en"):
        collect(str(folder(tmp_path / "nlen")), into=into, pair=("de", "en"), trust=True)


@pytest.mark.parametrize(
    "data",
    [b"", b"no archive at all", gzip.compress(b"x" * 5000)[:40]],
    ids=["empty", "no archive", "cut off"],
)
@pytest.mark.parametrize("name", ["nlen.tar.gz", "nlen.zip"])
def test_a_damaged_archive_is_a_sentence_and_no_traceback(
    name: str, data: bytes, tmp_path: Path, into: Path
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ModelError, match="cannot be unpacked"):
        collect(str(tmp_path / name), into=into, trust=True)


def test_nothing_of_an_archive_lands_outside_the_folder(tmp_path: Path, into: Path) -> None:
    with tarfile.open(tmp_path / "evil.tar", "w") as archive:
        for name in ("../../model.nlen.evil.bin", "/etc/vocab.nlen.spm"):
            member = tarfile.TarInfo(name)
            member.size = 4
            archive.addfile(member, io.BytesIO(b"evil"))
        link = tarfile.TarInfo("lex.nlen.bin")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    collect(str(tmp_path / "evil.tar"), into=into, trust=True)
    assert sorted(path.name for path in into.iterdir()) == ["model.nlen.evil.bin", "vocab.nlen.spm"]
    assert not (tmp_path.parent / "model.nlen.evil.bin").exists()


@pytest.mark.parametrize(
    "data", [b"\0" * 10_000_000, random.Random(7).randbytes(400_000)], ids=["empty", "noise"]
)
def test_a_file_that_unpacks_without_end_is_cut_off(
    data: bytes, tmp_path: Path, into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_sources, "_MOST_BYTES", 100_000)
    source = folder(tmp_path / "m", {"model.nlen.bin": data}, packed=True)
    with pytest.raises(ModelError, match="unpacks to more than"):
        collect(str(source), into=into, trust=True)
    assert sum(path.stat().st_size for path in into.iterdir()) <= 200_000


# --- From the web -----------------------------------------------------------------------------------------


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """What lies at which address; the network itself is off in tests."""
    pages: dict[str, bytes] = {}

    def fetch(url: str, **options: object) -> Answer:
        if not url.startswith("https://"):
            raise Unanswered("only plain https addresses are asked")
        return Answer(200, {}, pages[url]) if url in pages else Answer(404, {}, b"")

    monkeypatch.setattr(model_sources, "fetch", fetch)
    return pages


def put(pages: dict[str, bytes], base: str) -> bytes:
    hashes = {name: sha256(data) for name, data in FILES.items() if name != "README.md"}
    manifest = json.dumps({"src": "nl", "dst": "en", "name": "Ours", "files": hashes}).encode()
    pages.update({f"{base}/{name}": data for name, data in FILES.items()})
    pages[f"{base}/manifest.json"] = manifest
    return manifest


@pytest.mark.parametrize("address", ["https://m.example/nl-en", "https://m.example/nl-en/manifest.json"])
def test_a_folder_on_the_web_is_taken_by_the_hash_of_its_manifest(
    address: str, web: dict[str, bytes], into: Path
) -> None:
    manifest = put(web, "https://m.example/nl-en")
    with pytest.raises(ModelError, match=f"nobody promised.*{sha256(manifest)}"):
        collect(address, into=into)
    found = collect(address, into=into, promised={ALL_OF_IT: sha256(manifest)})
    assert (found.pair, found.name) == (("nl", "en"), "Ours")
    assert sorted(path.name for path in into.iterdir()) == sorted(found.hashes)


def test_the_hash_of_one_file_does_not_speak_for_the_others(web: dict[str, bytes], into: Path) -> None:
    put(web, "https://m.example/nl-en")
    with pytest.raises(ModelError, match=r"no hash is known for vocab\.nlen\.spm"):
        collect(
            "https://m.example/nl-en",
            into=into,
            promised={"model.nlen.intgemm.alphas.bin": sha256(WEIGHTS)},
        )


def test_a_file_that_was_changed_on_the_way_is_refused_even_with_trust(
    web: dict[str, bytes], into: Path
) -> None:
    put(web, "https://m.example/nl-en")
    web["https://m.example/nl-en/vocab.nlen.spm"] = b"other"
    with pytest.raises(ModelError, match="not the file its hash promises"):
        collect("https://m.example/nl-en", into=into, trust=True)


def test_an_archive_on_the_web_is_taken_by_its_hash(
    web: dict[str, bytes], tmp_path: Path, into: Path
) -> None:
    data = tar(tmp_path / "nlen.tar.gz").read_bytes()
    web["https://m.example/nlen.tar.gz"] = data
    with pytest.raises(ModelError, match="no hash is known"):
        collect("https://m.example/nlen.tar.gz", into=into)
    for left in into.iterdir():
        left.unlink()
    assert collect("https://m.example/nlen.tar.gz", into=into, promised={ALL_OF_IT: sha256(data)}).hashes


@pytest.mark.parametrize("source", ["http://m.example/nl-en", "https://m.example/missing"])
def test_an_address_that_gives_nothing_is_told(source: str, web: dict[str, bytes], into: Path) -> None:
    with pytest.raises(ModelError, match=r"only plain https|answers with 404"):
        collect(source, into=into, trust=True)


def registry(*models: dict[str, object], pair: str = "nl-en") -> bytes:
    return json.dumps({"baseUrl": "https://files.example/data", "models": {pair: list(models)}}).encode()


def listed(architecture: str, status: str = "Release") -> dict[str, object]:
    return {
        "architecture": architecture,
        "releaseStatus": status,
        "files": {
            kind: {"path": f"models/{architecture}/{name}.gz", "uncompressedHash": sha256(FILES[name])}
            for kind, name in (("model", "model.nlen.intgemm.alphas.bin"), ("vocab", "vocab.nlen.spm"))
        },
    }


def test_the_best_released_model_of_mozillas_registry_is_fetched_and_checked(
    web: dict[str, bytes], into: Path
) -> None:
    web["https://r.example/models.json"] = registry(
        listed("tiny"), listed("base", "Nightly"), listed("base-memory")
    )
    for name, data in FILES.items():
        web[f"https://files.example/data/models/base-memory/{name}.gz"] = gzip.compress(data)
    found = collect("https://r.example/models.json", into=into, pair=("nl", "en"), trust=True)
    assert (found.name, found.licence) == ("Mozilla base-memory", "MPL-2.0")
    assert (into / "model.nlen.intgemm.alphas.bin").read_bytes() == WEIGHTS
    web["https://files.example/data/models/base-memory/vocab.nlen.spm.gz"] = gzip.compress(b"other")
    with pytest.raises(ModelError, match="not the file its hash promises"):
        collect("https://r.example/models.json", into=into, pair=("nl", "en"), trust=True)


@pytest.mark.parametrize(
    ("data", "pair", "message"),
    [
        (registry(listed("tiny")), None, "say which"),
        (registry(listed("tiny")), ("de", "en"), "no released model of de-en"),
        (registry(listed("tiny", "Nightly")), ("nl", "en"), "no released model of nl-en"),
        (registry({"releaseStatus": "Release"}), ("nl", "en"), "another way than expected"),
        (b'{"models": []}', ("nl", "en"), "another way than expected"),
        (b"<html>", ("nl", "en"), "no list of a model's files"),
        (b'{"src": "nl"}', ("nl", "en"), "cannot be read"),
    ],
)
def test_a_list_that_says_something_else_is_told(
    data: bytes, pair: tuple[str, str] | None, message: str, web: dict[str, bytes], into: Path
) -> None:
    web["https://r.example/models.json"] = data
    with pytest.raises(ModelError, match=message):
        collect("https://r.example/models.json", into=into, pair=pair, trust=True)
