from hypothesis import given, settings
from hypothesis import strategies as st

from reviews.copydetect.fingerprint import (
    WINDOW,
    K,
    fingerprints,
    fingerprints_in_order,
    pack,
    run_hashes,
    unpack,
    winnow,
)
from tests.reviews.copydetect.texts import prose, words


@given(st.integers(0, 1000), st.integers(0, 60))
@settings(max_examples=60, deadline=None)
def test_every_shared_passage_of_twelve_words_shares_a_fingerprint(seed: int, place: int) -> None:
    shared = K + WINDOW - 1
    source = words(prose(120, seed))
    query = words(prose(40, seed + 5000)) + source[place : place + shared] + words(prose(40, seed + 9000))
    assert fingerprints(query) & fingerprints(source)


def test_fingerprints_fit_a_bigint_and_are_the_same_everywhere() -> None:
    found = fingerprints(words(prose(300, 1)))
    assert all(-(2**63) <= value < 2**63 for value in found)
    assert 0.15 < len(found) / 300 < 0.35
    assert run_hashes(["one", "two", "three", "four", "five"]) == [-2349171791507385239]


def test_a_text_of_few_words_has_a_fingerprint_only_where_there_is_a_run() -> None:
    assert fingerprints([]) == fingerprints(["one", "two", "three", "four"]) == set()
    assert len(fingerprints(["one", "two", "three", "four", "five"])) == 1


def test_a_rolling_hash_equals_the_hash_of_each_run() -> None:
    text = words(prose(40, 2))
    assert run_hashes(text) == [run_hashes(text[n : n + 5])[0] for n in range(36)]


def test_fingerprints_stand_in_the_order_of_the_text() -> None:
    text = words(prose(120, 3))
    runs = run_hashes(text)
    places = [runs.index(found) for found in fingerprints_in_order(text)]
    assert places == sorted(places)


def test_a_wider_window_keeps_fewer_of_them() -> None:
    text = words(prose(400, 4))
    assert len(fingerprints(text, window=12)) < 0.8 * len(fingerprints(text, window=8))


def test_a_text_that_repeats_itself_has_few_fingerprints() -> None:
    assert len(fingerprints(["ha"] * 3000)) == 1
    # Robust winnowing: of equal hashes the last choice stays while it can.
    assert len(winnow([7] * 3000)) <= 3000 // 8 + 1


@given(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=40))
def test_packed_hashes_come_back(hashes: list[int]) -> None:
    assert list(unpack(memoryview(pack(hashes)))) == hashes
