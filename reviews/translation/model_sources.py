"""Where the files of a model come from: a folder, an archive, or an https address that the operator names.

Files may be gzipped one by one, as Mozilla publishes them. Whatever the source, they end up unpacked in a folder, each
with its SHA-256, and nobody's word is taken for what they are: somebody must have promised the hash.
"""

import hashlib
import json
import re
import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final
from urllib.parse import urljoin, urlsplit

from filmsite.lib.http import Answer, Unanswered, fetch
from reviews.translation.base import Pair
from reviews.translation.model_store import FX, MANIFEST, ModelError, is_model_file

# The whole of what a hash of the source itself, in place of a file's name, speaks for.
ALL_OF_IT: Final = ""

_ARCHIVE = re.compile(r"\.(?:tar|tar\.gz|tgz|zip|argosmodel)$")
_ZIP: Final = (".zip", ".argosmodel")
_GZIP: Final = b"\x1f\x8b"
_ZSTD: Final = b"\x28\xb5\x2f\xfd"
# No model file comes near it; a gzipped one that unpacks to more is a bomb.
_MOST_BYTES: Final = 2 << 30
_MOST_FETCHED: Final = 512 << 20
_FETCH_SECONDS: Final = 900.0
# Packed bytes unpack to a thousand times as many at most, and all of those are in memory at once.
_CHUNK: Final = 1 << 16
_MOST_LIST_BYTES: Final = 8 << 20
_RELEASED = re.compile(r"release", re.IGNORECASE)
# Of what Mozilla's registry has for a pair, the best that one processor core runs well.
_ARCHITECTURES: Final = ("base-memory", "base", "tiny")

Open = Callable[[], IO[bytes]]


@dataclass(frozen=True, slots=True)
class Collected:
    """Unpacked files in `directory`, what they are of, and the hash of each."""

    directory: Path
    pair: Pair
    hashes: Mapping[str, str]
    name: str = ""
    licence: str = ""


@dataclass(frozen=True, slots=True)
class _Promise:
    """What is known of a model before its files are looked at; `hashes` by the name of the file, packed or not."""

    pair: Pair | None = None
    name: str = ""
    licence: str = ""
    hashes: Mapping[str, str] = field(default_factory=dict)


def collect(
    source: str,
    *,
    into: Path,
    kind: str = FX,
    pair: Pair | None = None,
    promised: Mapping[str, str] | None = None,
    trust: bool = False,
) -> Collected:
    """Unpack a model's files into an empty folder. Raises ModelError, and says what to do about it.

    `promised` holds SHA-256 sums by the name of a file, packed or unpacked, or under `ALL_OF_IT` that of an archive, a
    manifest or a registry as a whole. A manifest in a folder or an archive promises too; one that came over the network
    does only when its own hash was promised. With `trust` files that nobody promised are taken as they are. Without a
    `pair` the manifest or the names of the files tell it.
    """
    promised = dict(promised or {})
    if re.match(r"https?://", source):
        return _from_web(source, into, kind, pair, promised, trust)
    path = Path(source)
    if path.is_dir():
        if ALL_OF_IT in promised:
            raise ModelError("a folder as a whole has no hash; write FILE=HASH for each file")
        files = {item.name: item for item in sorted(path.iterdir()) if item.is_file()}
        return _unpack(
            {name: _opener(item) for name, item in files.items()}, into, kind, pair, promised, trust
        )
    if not path.is_file():
        raise ModelError(f"{source} is neither a folder nor a file")
    if not _ARCHIVE.search(path.name):
        raise ModelError(
            f"{path.name} is no archive (.tar, .tar.gz, .tgz, .zip, .argosmodel); name its folder instead"
        )
    return _from_archive(path, into, kind, pair, promised, trust)


def pair_of(names: Collection[str]) -> Pair:
    """Tell the pair from the names of model files: `model.nlen.intgemm.alphas.bin` is Dutch to English.

    Raises ModelError where they tell none or several.
    """
    found = {pair for name in names if name.startswith("model.") and (pair := _pair_in(name))}
    if len(found) == 1:
        return found.pop()
    if found:
        several = ", ".join("-".join(pair) for pair in sorted(found))
        raise ModelError(f"there are models of {several}: say which pair is meant, as in nl-en")
    raise ModelError("the names of the files do not tell the languages: say the pair, as in nl-en")


# --- Files on disk ----------------------------------------------------------------------------------------


def _opener(path: Path) -> Open:
    return lambda: path.open("rb")


def _from_archive(
    path: Path, into: Path, kind: str, pair: Pair | None, promised: dict[str, str], trust: bool
) -> Collected:
    if ALL_OF_IT in promised:
        with path.open("rb") as file:
            _require(path.name, promised.pop(ALL_OF_IT), hashlib.file_digest(file, "sha256").hexdigest())
        trust = True
    try:
        with _opened(path, kind) as files:
            return _unpack(files, into, kind, pair, promised, trust)
    except (tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        raise ModelError(f"{path.name} cannot be unpacked: {error}") from error


@contextmanager
def _opened(path: Path, kind: str) -> Iterator[dict[str, Open]]:
    """The files of an archive by their last name, wherever in it they lie; links and devices are passed over."""
    files: dict[str, Open] = {}

    def add(name: str, opening: Open) -> None:
        last = PurePosixPath(name).name
        if last in files and (last == MANIFEST or is_model_file(_plain(last), kind=kind)):
            raise ModelError(f"{path.name} has two files named {last}")
        files[last] = opening

    if path.name.endswith(_ZIP):
        with zipfile.ZipFile(path) as zipped:
            for info in zipped.infolist():
                if not info.is_dir():
                    add(info.filename, partial(zipped.open, info))
            yield files
    else:
        with tarfile.open(path) as archive:
            for member in archive.getmembers():
                if member.isfile():
                    add(member.name, partial(_member, archive, member))
            yield files


def _member(archive: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    file = archive.extractfile(member)
    if file is None:
        raise ModelError(f"{member.name} cannot be read")
    return file


def _unpack(
    files: Mapping[str, Open],
    into: Path,
    kind: str,
    pair: Pair | None,
    promised: Mapping[str, str],
    trust: bool,
    promise: _Promise | None = None,
) -> Collected:
    if promise is None:
        promise = _read_manifest(files[MANIFEST]) if MANIFEST in files else _Promise()
    packed = {_plain(name): name for name in files if is_model_file(_plain(name), kind=kind)}
    if not packed:
        unpacked = [name for name in files if name.endswith(".zst")]
        hint = "; unpack the .zst files first (unzstd *.zst)" if unpacked else ""
        raise ModelError(f"there is no file of a model for {kind}{hint}")
    if pair and promise.pair and pair != promise.pair:
        raise ModelError(f"the {MANIFEST} is of {'-'.join(promise.pair)}, not of {'-'.join(pair)}")
    pair = pair or promise.pair or pair_of(packed)
    chosen = _chosen(packed, pair) if kind == FX else sorted(packed)
    known = {**promise.hashes, **promised}
    hashes: dict[str, str] = {}
    for name in chosen:
        outer, inner = _copy(packed[name], files[packed[name]], into / name)
        wanted = known.get(packed[name], known.get(name))
        if wanted is not None:
            _require(packed[name], wanted, outer, inner)
        elif not trust:
            raise ModelError(
                f"no hash is known for {packed[name]}; give --sha256 {packed[name]}=HASH, or --trust to take the files as "
                "they are"
            )
        hashes[name] = inner
    return Collected(into, pair, hashes, promise.name, promise.licence)


def _plain(name: str) -> str:
    return name.removesuffix(".gz")


def _chosen(names: Collection[str], pair: Pair) -> list[str]:
    """The files of one pair among those of a folder; a vocabulary may be named after the other direction."""
    wanted = [name for name in names if _pair_in(name) in (None, pair)]
    if not any("vocab" in name for name in wanted):
        wanted += [name for name in names if "vocab" in name and _pair_in(name) == pair[::-1]]
    models = sorted(name for name in wanted if name.startswith("model."))
    # The quantisation with its own scales reads better than the plain one, where both are there.
    best = next((name for name in models if "alphas" in name), models[0] if models else "")
    if not best:
        others = sorted({"-".join(other) for name in names if (other := _pair_in(name))})
        raise ModelError(f"there is no model of {'-'.join(pair)}; the files are of {', '.join(others)}")
    return sorted(name for name in wanted if name == best or not name.startswith("model."))


def _pair_in(name: str) -> Pair | None:
    for part in name.split(".")[1:]:
        if match := re.fullmatch(r"([a-z]{2})([a-z]{2})", part):
            return match[1], match[2]
    return None


def _copy(name: str, opening: Open, target: Path) -> tuple[str, str]:
    """Write a file unpacked; give the SHA-256 of what was read and of what was written."""
    outer, inner = hashlib.sha256(), hashlib.sha256()
    with opening() as file:
        start = file.read(4)
        unpacking = zlib.decompressobj(wbits=31) if start.startswith(_GZIP) else None
        if start == _ZSTD:
            raise ModelError(f"{name} is packed with zstd: unpack it first (unzstd {name})")
        written = 0
        with target.open("wb") as out:
            chunk = start
            while chunk:
                outer.update(chunk)
                plain = unpacking.decompress(chunk, _MOST_BYTES) if unpacking else chunk
                inner.update(plain)
                written += len(plain)
                if written > _MOST_BYTES or (unpacking and unpacking.unconsumed_tail):
                    raise ModelError(f"{name} unpacks to more than {_MOST_BYTES >> 30} GiB")
                out.write(plain)
                chunk = file.read(_CHUNK)
        if unpacking and not unpacking.eof:
            raise ModelError(f"{name} breaks off")
    return outer.hexdigest(), inner.hexdigest()


def _require(name: str, wanted: str, *found: str) -> None:
    if wanted.lower() not in found:
        raise ModelError(f"{name} is not the file its hash promises (it is {found[0]})")


def _read_manifest(opening: Open) -> _Promise:
    with opening() as file:
        return _parse_manifest(file.read(_MOST_LIST_BYTES))


def _parse_manifest(data: bytes) -> _Promise:
    try:
        manifest = json.loads(data)
        hashes = {str(name): str(digest) for name, digest in manifest["files"].items()}
        return _Promise(
            (str(manifest["src"]), str(manifest["dst"])),
            str(manifest.get("name", "")),
            str(manifest.get("licence", "")),
            hashes,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"the {MANIFEST} cannot be read: {error}") from error


# --- Files on the web -------------------------------------------------------------------------------------


def _from_web(
    url: str, into: Path, kind: str, pair: Pair | None, promised: dict[str, str], trust: bool
) -> Collected:
    downloads = into / ".fetched"
    downloads.mkdir()
    try:
        if _ARCHIVE.search(urlsplit(url).path):
            archive = downloads / PurePosixPath(urlsplit(url).path).name
            archive.write_bytes(_fetched(url))
            return _from_archive(archive, into, kind, pair, promised, trust)
        if not url.endswith(".json"):
            url = urljoin(f"{url.rstrip('/')}/", MANIFEST)
        data = _fetched(url)
        found = hashlib.sha256(data).hexdigest()
        vouched = trust or ALL_OF_IT in promised
        if ALL_OF_IT in promised:
            _require(url, promised.pop(ALL_OF_IT), found)
        elif not trust and not promised:
            raise ModelError(
                f"nobody promised what {url} says; give --sha256 HASH (it is {found} now), or --trust"
            )
        promise, addresses = _parse_list(data, url, pair)
        if not vouched:
            promise = replace(promise, hashes={})
        files = {}
        for name, address in addresses.items():
            (downloads / name).write_bytes(_fetched(address))
            files[name] = _opener(downloads / name)
        return _unpack(files, into, kind, pair, promised, trust, promise)
    finally:
        shutil.rmtree(downloads)


def _parse_list(data: bytes, url: str, pair: Pair | None) -> tuple[_Promise, dict[str, str]]:
    """Read a manifest of ours or Mozilla's registry of models: what is promised, and where each file lies."""
    try:
        listed = json.loads(data)
    except ValueError as error:
        raise ModelError(f"{url} is no list of a model's files: {error}") from error
    if isinstance(listed, dict) and "models" in listed:
        return _from_registry(listed, pair)
    promise = _parse_manifest(data)
    return promise, {name: urljoin(url, name) for name in promise.hashes if is_plain_name(name)}


def is_plain_name(name: str) -> bool:
    """Whether a name from a list is a name and no path."""
    return re.fullmatch(r"[\w-][\w.-]*", name) is not None


def _from_registry(listed: Mapping[str, Any], pair: Pair | None) -> tuple[_Promise, dict[str, str]]:
    """Find the best released model of a pair in Mozilla's registry."""
    if pair is None:
        raise ModelError("the registry has models of many pairs: say which, as in nl-en")
    try:
        every = listed["models"].get("-".join(pair), [])
        released = [one for one in every if _RELEASED.match(str(one.get("releaseStatus", "")))]
        rank = {name: place for place, name in enumerate(_ARCHITECTURES)}
        best = min(released, key=lambda one: rank.get(one["architecture"], len(rank)), default=None)
        if best is None:
            raise ModelError(f"the registry has no released model of {'-'.join(pair)}")
        base = f"{str(listed['baseUrl']).rstrip('/')}/"
        addresses, hashes = {}, {}
        for file in best["files"].values():
            name = PurePosixPath(str(file["path"])).name
            if is_model_file(_plain(name)) and is_plain_name(name):
                addresses[name] = urljoin(base, str(file["path"]))
                hashes[_plain(name)] = str(file["uncompressedHash"])
        return _Promise(pair, f"Mozilla {best['architecture']}", "MPL-2.0", hashes), addresses
    except (KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"the registry is written in another way than expected: {error!r}") from error


def _fetched(url: str) -> bytes:
    try:
        answer: Answer = fetch(url, seconds=_FETCH_SECONDS, max_bytes=_MOST_FETCHED)
    except Unanswered as error:
        raise ModelError(str(error)) from error
    if answer.status != 200:
        raise ModelError(f"{url} answers with {answer.status}")
    return answer.body
