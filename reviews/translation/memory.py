"""The memory of sentences that were translated before: what it is, and by which key a sentence is found in it."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Final, Protocol

# Part of every memory key and of every stored translation: a new number makes all of them again.
PIPELINE_VERSION: Final = 2


class Memory(Protocol):
    """Translated sentences of before, by key; both texts are masked, so names never travel between
    reviews.
    """

    def get_many(self, keys: Sequence[bytes]) -> Mapping[bytes, str]:
        """Give the texts that are known; one query for all keys."""

    def put_many(self, items: Sequence[tuple[bytes, str]]) -> None:
        """Keep texts; called after each batch, so that a crash costs one batch at most."""


class DictMemory(dict[bytes, str]):
    """A memory for tests and previews."""

    def get_many(self, keys: Sequence[bytes]) -> Mapping[bytes, str]:
        return {key: self[key] for key in keys if key in self}

    def put_many(self, items: Sequence[tuple[bytes, str]]) -> None:
        self.update(items)


def segment_key(text: str, *, src: str, dst: str, engine: str, fingerprint: str) -> bytes:
    """Give the memory key (32 bytes) of a masked sentence."""
    parts = (src, dst, engine, fingerprint, str(PIPELINE_VERSION), text)
    return hashlib.sha256("\x1f".join(parts).encode(errors="surrogatepass")).digest()
