import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import Job, Member
from reviews.copy_index import candidates_for, load_known
from reviews.copydetect.normalise import folded, tokenise
from reviews.copydetect.overlap import spans
from reviews.models import KnownText, Review
from reviews.services.index_upkeep import start_indexing, sweep_index
from reviews.services.indexing import index_text, note_text
from reviews.services.registering import SCAN, CannotRegister, register_text, remove_text
from tests.asserts import assert_flat_queries
from tests.factories import give_second_factor, make_review
from tests.reviews.copydetect.texts import piece, prose

pytestmark = pytest.mark.django_db

TEXT = prose(200, 1)


def found(text: str) -> list[int]:
    hits = candidates_for(folded(text), author_id=None, every_run=False, exclude_review=None)
    return [hit.known_id for hit in hits]


def known_review(body: str) -> Review:
    review = make_review(body=body)
    noted = note_text(review)
    assert noted is not None
    index_text(noted.pk)
    return review


def test_a_registered_text_is_found_at_once_and_verified_without_its_words() -> None:
    made = register_text(text=TEXT, label="A plot", url="https://films.example/plot", holder="Films Ltd")
    assert found(f"{prose(50, 5)} {piece(TEXT, 50, 40)}") == [made.known.pk]
    (source,) = load_known([made.known.pk])
    assert (source.text, source.label, source.url) == ("", "A plot", "https://films.example/plot")
    (overlap,) = spans(tokenise(piece(TEXT, 50, 40)), source.grams)
    assert (overlap.words, overlap.source_first) == (40, 50)
    with connection.cursor() as cursor:
        cursor.execute("SELECT known::text FROM reviews_knowntext AS known")
        assert piece(TEXT, 0, 4).lower() not in cursor.fetchone()[0].lower()


def test_the_words_are_kept_where_the_operator_wants_to_see_them(settings: Settings) -> None:
    settings.FILMSITE_KNOWN_TEXTS_KEEP = "text"
    made = register_text(text=TEXT, label="A plot")
    assert load_known([made.known.pk])[0].text == TEXT


def test_a_registered_text_counts_as_older_than_anything_here() -> None:
    review = known_review(TEXT)
    made = register_text(text=TEXT, label="A plot")
    assert found(TEXT) == [made.known.pk, KnownText.objects.get(review=review).pk]


def test_every_free_formula_that_is_hit_is_given_though_it_shares_one_run() -> None:
    formulas = [
        register_text(text=piece(TEXT, start, 12), label="Sign-off", is_formula=True).known
        for start in range(0, 180, 12)
    ]
    assert set(found(TEXT)) == {formula.pk for formula in formulas}
    assert all(source.is_free for source in load_known([formula.pk for formula in formulas]))


def test_registering_tells_which_texts_of_the_site_hold_the_words_and_does_nothing(
    client: Client, sofie: Member
) -> None:
    copier, honest = known_review(f"{prose(40, 4)} {piece(TEXT, 20, 90)}"), known_review(prose(200, 2))
    made = register_text(text=TEXT, label="A plot", registered_by=sofie)
    known = KnownText.objects.get(review=copier)
    assert made.standing == [(known.pk, 90)]
    assert Job.objects.get(kind=SCAN).parameters == {"known": made.known.pk, "standing": [[known.pk, 90]]}
    assert not copier.cases.exists()
    assert honest.is_published
    client.force_login(give_second_factor(sofie))
    page = client.get(f"/admin/reviews/knowntext/{made.known.pk}/change/").content.decode()
    assert copier.get_absolute_url() in page
    assert "90 words" in page


@pytest.mark.parametrize(
    ("text", "why"), [("", "0 words"), ("one two", "2 words"), ("word " * 50_000, "characters")]
)
def test_what_cannot_be_found_is_not_registered(text: str, why: str) -> None:
    with pytest.raises(CannotRegister, match=why):
        register_text(text=text, label="")
    assert not KnownText.objects.exists()


def test_the_same_text_is_registered_once() -> None:
    register_text(text=TEXT, label="A plot")
    with pytest.raises(CannotRegister, match="already"):
        register_text(text=TEXT, label="Again")
    assert KnownText.objects.count() == 1


def test_what_is_removed_is_found_no_more() -> None:
    remove_text(known=register_text(text=TEXT, label="A plot").known)
    assert found(TEXT) == []


def test_a_text_of_the_site_is_not_removed_by_hand() -> None:
    review = known_review(TEXT)
    with pytest.raises(ValueError, match="leaves the index with its words"):
        remove_text(known=review.known_text)


@pytest.mark.parametrize("keep", ["spans", "text"])
def test_a_rebuild_loses_no_registered_text(settings: Settings, keep: str) -> None:
    settings.FILMSITE_KNOWN_TEXTS_KEEP = keep
    made = register_text(text=TEXT, label="A plot")
    formula = register_text(text=piece(TEXT, 0, 30), label="Formula", is_formula=True)
    start_indexing(anew=True)
    sweep_index()
    assert found(TEXT) == [made.known.pk, formula.known.pk]


# --- The command ------------------------------------------------------------------------------------------------


def run(*arguments: object) -> str:
    said = StringIO()
    call_command("known_texts", *map(str, arguments), stdout=said, stderr=said)
    return said.getvalue()


def test_a_file_is_a_text_and_a_line_of_jsonl_is_one(tmp_path: Path, sofie: Member) -> None:
    (tmp_path / "plot.txt").write_text(TEXT)
    lines = [{"text": prose(60, n), "label": f"Lead {n}", "url": f"https://e.example/{n}"} for n in (2, 3)]
    (tmp_path / "leads.jsonl").write_text("\n".join(map(json.dumps, [*lines, {"text": "short"}])))
    said = run(
        *("add", tmp_path / "plot.txt", tmp_path / "leads.jsonl"),
        *("--holder", "Films Ltd", "--section", "films", "--licence", "owned", "--by", "sofie"),
    )
    assert "3 added, 1 refused" in said
    assert "line 3: It has 1 words" in said
    assert set(
        KnownText.objects.values_list("label", "url", "holder", "licence", "section", "registered_by")
    ) == {
        ("plot", "", "Films Ltd", "owned", "films", sofie.pk),
        ("Lead 2", "https://e.example/2", "Films Ltd", "owned", "films", sofie.pk),
        ("Lead 3", "https://e.example/3", "Films Ltd", "owned", "films", sofie.pk),
    }
    listed = run("list")
    assert "Lead 3" in listed
    known = KnownText.objects.get(label="plot")
    assert "forgotten" in run("remove", known.pk)
    assert "Nothing is registered" in run("remove", known.pk)


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        '{"label": "x"}',
        '{"text": 5}',
        '{"text": "a b c d e f", "colour": "red"}',
        '{"text": "a b c d \\u0000 e f"}',
        '{"text": "a b c d \\ud800 e f"}',
        '{"text": "a b c d e f", "label": "' + "x" * 201 + '"}',
        '{"text": "a b c d e f", "licence": "mine"}',
        '{"text": "a b c d e f", "url": "javascript:alert(1)"}',
    ],
)
def test_a_file_that_makes_no_sense_is_refused_with_its_place(tmp_path: Path, line: str) -> None:
    (tmp_path / "odd.jsonl").write_text(line)
    with pytest.raises(CommandError, match=r"odd\.jsonl"):
        run("add", tmp_path / "odd.jsonl")
    assert not KnownText.objects.exists()


def test_a_file_that_is_not_there_or_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "odd.txt").write_bytes(b"\xff\xfe\x00")
    for name in ("odd.txt", "none.txt"):
        with pytest.raises(CommandError, match=name):
            run("add", tmp_path / name)


def test_work_on_older_texts_rests_and_goes_on() -> None:
    assert "Nothing is under way" in run("pause")
    make_review(body=TEXT)
    start_indexing()
    assert "Paused" in run("pause")
    assert "goes on" in run("resume")
    assert sweep_index() == 1


# --- The admin --------------------------------------------------------------------------------------------------


def test_staff_see_what_is_registered_with_few_queries(client: Client, sofie: Member) -> None:
    client.force_login(give_second_factor(sofie))
    number = iter(range(100, 200))

    def add_one() -> None:
        n = next(number)
        register_text(text=prose(60, n), label=f"Text {n}", holder="Films Ltd", registered_by=sofie)

    review = known_review(TEXT)
    assert_flat_queries(client, add_one, "/admin/reviews/knowntext/")
    page = client.get("/admin/reviews/knowntext/").content.decode()
    assert "Films Ltd" in page
    assert f"/admin/reviews/knowntext/{review.known_text.pk}/change/" not in page
