"""The embedded engine: Mozilla's translation models, run in this process by `fxtranslate`.

The native translator belongs to the thread that made it and keeps the interpreter to itself while it works.
So it is for Celery workers of the prefork kind: a model is loaded in the child that needs it, at its first
sentence, and used from that child's one thread only.
"""

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Self

from fxtranslate import Translator

from reviews.translation.base import Capabilities, Failed, FailureKind, Ok, Pair, Result, WrongThread
from reviews.translation.engines.options import count, refuse_unknown
from reviews.translation.model_store import Model, ModelError, find_model, list_models, read_checked

# Longer input is cut off by the native library without a word. The pipeline's sentences are shorter than
# this.
MAX_SENTENCE_CHARACTERS: Final = 500
MAX_SENTENCE_WORDS: Final = 75
MODELS_IN_MEMORY: Final = 4


class FxEngine:
    """Translates with model directories; see `model_store` for where they come from.

    `keep` bounds the models in memory at once (about 50 MB each); the one unused for longest goes first.
    """

    def __init__(
        self, models_dir: Path | None = None, *, key: str = "fx", keep: int = MODELS_IN_MEMORY
    ) -> None:
        self.key = key
        self._models_dir = models_dir
        self._keep = keep
        self._loaded: OrderedDict[tuple[Pair, str], Translator] = OrderedDict()
        self._owner: tuple[int, int] | None = None

    @classmethod
    def from_settings(cls, name: str, options: Mapping[str, str], models_dir: Path | None) -> Self:
        """Option `keep`: how many models a worker keeps in memory."""
        refuse_unknown(name, options, ("keep",))
        return cls(models_dir, key=name, keep=count(name, options, "keep", MODELS_IN_MEMORY))

    def capabilities(self) -> Capabilities:
        return Capabilities(
            pairs=frozenset(model.pair for model in list_models(self._models_dir)), max_characters=2_000
        )

    def fingerprint(self, src: str, dst: str) -> str:
        model = find_model(src, dst, self._models_dir)
        return model.fingerprint if model else ""

    def translate(
        self, batch: Sequence[str], *, src: str, dst: str, deadline: float | None = None
    ) -> list[Result]:
        model = find_model(src, dst, self._models_dir)
        if model is None:
            return [Failed(FailureKind.UNSUPPORTED, f"there is no model of {src}-{dst}")] * len(batch)
        try:
            translator = self._translator(model)
        except (ModelError, ValueError) as error:
            return [Failed(FailureKind.REJECTED, f"{src}-{dst}: {error}"[:200])] * len(batch)
        results: list[Result] = []
        for text in batch:
            if deadline is not None and time.monotonic() >= deadline:
                results.append(Failed(FailureKind.RETRYABLE, "out of time"))
            elif len(text) > MAX_SENTENCE_CHARACTERS or len(text.split()) > MAX_SENTENCE_WORDS:
                results.append(Failed(FailureKind.TOO_LARGE, f"a sentence of {len(text)} characters"))
            else:
                results.append(Ok(translator.translate(text) if text.strip() else text))
        return results

    def _translator(self, model: Model) -> Translator:
        here = os.getpid(), threading.get_ident()
        if self._owner is None or self._owner[0] != here[0]:
            # First use in this process. What a parent loaded before the fork stays the parent's.
            self._owner, self._loaded = here, OrderedDict()
        elif self._owner != here:
            raise WrongThread("this engine belongs to another thread; run its queue with the prefork pool")
        name = model.pair, model.fingerprint
        if name not in self._loaded:
            self._loaded[name] = _load(model)
            while len(self._loaded) > self._keep:
                self._loaded.popitem(last=False)
        self._loaded.move_to_end(name)
        return self._loaded[name]


def _load(model: Model) -> Translator:
    """Load a model whose bytes are what its manifest promises; takes 50 to 150 ms.

    The lexical shortlist is left out: it saves little here and garbles names.
    """
    weights = read_checked(model, "model.")
    shared = read_checked(model, "vocab.")
    source = shared or read_checked(model, "srcvocab.")
    target = shared or read_checked(model, "trgvocab.")
    if weights is None or source is None or target is None:
        raise ModelError("the model is not complete")
    return Translator(weights, source, target)
