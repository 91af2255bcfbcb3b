"""Fingerprints of a text: hashes of word runs, thinned out so that every shared passage still shares some.

The seam for finding candidates among millions of texts: store `fingerprints` of every text beside it, look up
those of a new one, and let `overlap` verify the few texts that share two or more. Runs of 5 words and windows
of 8 find practically every shared passage of 25 words with about one fingerprint in 4.5 words.
"""

import hashlib
import struct
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

# Counted up whenever equal words would get other fingerprints than before: every text is then indexed anew.
ALGORITHM: Final = 1
K: Final = 5
WINDOW: Final = 8
_MASK: Final = 2**64 - 1
_BASE: Final = 0x9E3779B97F4A7C15


def fingerprints(words: Sequence[str], *, k: int = K, window: int = WINDOW) -> set[int]:
    """Give the winnowed fingerprints of folded words, as signed 64-bit numbers (a PostgreSQL bigint)."""
    return set(fingerprints_in_order(words, k=k, window=window))


def fingerprints_in_order(words: Sequence[str], *, k: int = K, window: int = WINDOW) -> list[int]:
    """Like `fingerprints`, as they follow each other in the text; one that comes back stands here again."""
    hashes = run_hashes(words, k=k)
    return [hashes[place] for place in winnow(hashes, window=window)]


def run_hashes(words: Sequence[str], *, k: int = K) -> list[int]:
    """Give the hash of every run of `k` words in order; signed 64-bit, the same on every machine."""
    if len(words) < k:
        return []
    single = [_word_hash(word) for word in words]
    top = pow(_BASE, k, 1 << 64)
    rolling = 0
    result: list[int] = []
    for place, value in enumerate(single):
        rolling = (rolling * _BASE + value) & _MASK
        if place >= k:
            rolling = (rolling - single[place - k] * top) & _MASK
        if place >= k - 1:
            result.append(_spread(rolling))
    return result


def winnow(hashes: Sequence[int], *, window: int = WINDOW) -> list[int]:
    """Give the places of the smallest hash of each window, on a tie the one chosen before (robust winnowing).

    At most one new place a window, and few for a text that repeats itself.
    """
    if not hashes:
        return []
    chosen: list[int] = []
    for start in range(max(1, len(hashes) - window + 1)):
        stop = min(start + window, len(hashes))
        if chosen and chosen[-1] >= start:
            # The last choice still stands in the window: only a smaller newcomer takes over.
            if hashes[stop - 1] < hashes[chosen[-1]]:
                chosen.append(stop - 1)
            continue
        smallest = min(hashes[start:stop])
        chosen.append(max(place for place in range(start, stop) if hashes[place] == smallest))
    return chosen


def pack(hashes: Sequence[int]) -> bytes:
    """Give hashes as bytes to keep, 8 for each."""
    return struct.pack(f"<{len(hashes)}q", *hashes)


def unpack(packed: bytes | memoryview) -> tuple[int, ...]:
    """Give back what `pack` was given."""
    return struct.unpack(f"<{len(packed) // 8}q", packed)


@lru_cache(maxsize=100_000)
def _word_hash(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode(errors="replace"), digest_size=8).digest(), "little")


def _spread(value: int) -> int:
    """Mix the bits (a rolling hash is smooth, and winnowing needs chance), then make the number signed."""
    value ^= value >> 30
    value = (value * 0xBF58476D1CE4E5B9) & _MASK
    value ^= value >> 27
    value = (value * 0x94D049BB133111EB) & _MASK
    value ^= value >> 31
    return value - (1 << 64) if value >> 63 else value
