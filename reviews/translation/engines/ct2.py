"""CTranslate2: models of OPUS-MT, Argos and others, converted and put into the store with their sentence pieces.

Its packages are not among those of the site (`requirements-ct2.txt`). It starts threads of its own, which no fork takes
along: a model is loaded in the worker that needs it, at its first sentence.
"""

import os
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic
from typing import Any, Final, NamedTuple, Self

from reviews.translation.base import (
    Capabilities,
    EngineSettingError,
    Failed,
    FailureKind,
    Ok,
    Pair,
    Result,
)
from reviews.translation.engines.options import count, refuse_unknown
from reviews.translation.model_store import CT2, Model, ModelError, find_model, list_models, verify

try:
    import ctranslate2
    import sentencepiece
except ImportError:  # a site that translates by other means
    INSTALLED = False
else:
    INSTALLED = True

# More is cut off without a word, or takes longer than anybody waits; the pipeline's sentences are shorter.
MAX_TOKENS: Final = 300
MODELS_IN_MEMORY: Final = 4
# The deadline is looked at between so many sentences.
AT_ONCE: Final = 8
# Models of a process that forked. Taking one apart here would wait for threads that are only over there.
_of_a_parent: list[object] = []


class _Loaded(NamedTuple):
    translator: Any
    source: Any
    target: Any


class CT2Engine:
    """Translates with one directory for each pair; see `model_store` for where they come from.

    `keep` bounds the models in memory at once (80 to 300 MB each); `threads` are for each sentence, so one is right
    where there are as many workers as cores.
    """

    def __init__(
        self,
        models_dir: Path | None = None,
        *,
        key: str = "ct2",
        keep: int = MODELS_IN_MEMORY,
        threads: int = 1,
    ) -> None:
        self.key = key
        self._models_dir = models_dir
        self._keep = keep
        self._threads = threads
        self._loaded: OrderedDict[tuple[Pair, str], _Loaded] = OrderedDict()
        self._process = 0

    @classmethod
    def from_settings(cls, name: str, options: Mapping[str, str], models_dir: Path | None) -> Self:
        """Options `keep` and `threads`."""
        refuse_unknown(name, options, ("keep", "threads"))
        if not INSTALLED:
            raise EngineSettingError(f"{name}: its packages are missing; install requirements-ct2.txt")
        keep = count(name, options, "keep", MODELS_IN_MEMORY)
        return cls(models_dir, key=name, keep=keep, threads=count(name, options, "threads", 1))

    def capabilities(self) -> Capabilities:
        pairs = frozenset(model.pair for model in list_models(self._models_dir, kind=CT2))
        return Capabilities(pairs=pairs, max_characters=2_000)

    def fingerprint(self, src: str, dst: str) -> str:
        model = find_model(src, dst, self._models_dir, kind=CT2)
        return model.fingerprint if model else ""

    def translate(
        self, batch: Sequence[str], *, src: str, dst: str, deadline: float | None = None
    ) -> list[Result]:
        model = find_model(src, dst, self._models_dir, kind=CT2)
        if model is None:
            return [Failed(FailureKind.UNSUPPORTED, f"there is no model of {src}-{dst}")] * len(batch)
        try:
            loaded = self._load(model)
        except (ModelError, RuntimeError, ValueError, OSError, MemoryError) as error:
            return [Failed(FailureKind.REJECTED, f"{src}-{dst}: {error}"[:200])] * len(batch)
        # A text without a word in it is its own translation.
        results: list[Result] = [Ok(text) for text in batch]
        asked: dict[int, list[str]] = {}
        for place, text in enumerate(batch):
            pieces = loaded.source.encode(text, out_type=str) if text.strip() else []
            if len(pieces) > MAX_TOKENS:
                results[place] = Failed(FailureKind.TOO_LARGE, f"a sentence of {len(pieces)} pieces")
            elif pieces:
                asked[place] = pieces
        places = list(asked)
        for start in range(0, len(places), AT_ONCE):
            group = places[start : start + AT_ONCE]
            late = deadline is not None and monotonic() >= deadline
            found = None if late else _translated(loaded, [asked[place] for place in group])
            for number, place in enumerate(group):
                results[place] = found[number] if found else Failed(FailureKind.RETRYABLE, "out of time")
        return results

    def _load(self, model: Model) -> _Loaded:
        if self._process != os.getpid():
            _of_a_parent.append(self._loaded)
            self._process, self._loaded = os.getpid(), OrderedDict()
        name = model.pair, model.fingerprint
        if name not in self._loaded:
            self._loaded[name] = _read(model, self._threads)
            while len(self._loaded) > self._keep:
                self._loaded.popitem(last=False)
        self._loaded.move_to_end(name)
        return self._loaded[name]


def _translated(loaded: _Loaded, sentences: list[list[str]]) -> list[Result]:
    most = 2 * max(map(len, sentences)) + 20
    answers = loaded.translator.translate_batch(sentences, max_input_length=0, max_decoding_length=most)
    results: list[Result] = []
    for answer in answers:
        pieces = answer.hypotheses[0]
        if len(pieces) >= most:
            results.append(Failed(FailureKind.BROKEN, "it found no end"))
        else:
            results.append(Ok(loaded.target.decode(pieces)))
    return results


def _read(model: Model, threads: int) -> _Loaded:
    """Load a model whose files are what its manifest promises. Raises ModelError, or what the libraries raise."""
    if faults := verify(model):
        raise ModelError("; ".join(faults))
    pieces = {name for name in model.files if name.endswith((".spm", ".model"))}
    both = next(iter(pieces)) if len(pieces) == 1 else ""
    source = both or next((name for name in sorted(pieces) if name.startswith("source")), "")
    target = both or next((name for name in sorted(pieces) if name.startswith("target")), "")
    if not source or not target:
        raise ModelError("there is no one *.spm or *.model, nor a pair of source.spm and target.spm")
    return _Loaded(
        ctranslate2.Translator(str(model.path), inter_threads=1, intra_threads=threads),
        sentencepiece.SentencePieceProcessor(model_file=str(model.path / source)),
        sentencepiece.SentencePieceProcessor(model_file=str(model.path / target)),
    )
