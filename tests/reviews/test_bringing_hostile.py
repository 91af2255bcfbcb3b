"""Files that mean harm, or were hurt on the way: refused with words, or read as far as they go; never an error of ours."""

import io
import random
import resource
import struct
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from reviews.bringing import archive, documents
from reviews.bringing.base import MOST_LISTS, MOST_NOTES, Intake, Row, Unreadable
from reviews.bringing.reading import read
from reviews.bringing.tables import Records
from reviews.bringing.wording import say
from reviews.models import ImportRow, ImportState, MemberImport
from reviews.services import bringing_in
from reviews.taking_out.schema import FORMAT, VERSION
from tests.factories import make_member
from tests.reviews.bringing_files import (
    RATINGS,
    WATCHED,
    as_json,
    letterboxd_list,
    packed,
    rows_of,
    table,
    trakt_movie,
)

ROOT = Path(__file__).resolve().parents[2]
HEAT = ["2020-01-02", "Heat", "1995", "u", "4.5"]
RAN = ["2020-01-02", "Ran", "1985", "u", "5"]


def rows(content: bytes, name: str = "ratings.csv") -> list[Row]:
    return list(read(name, content, Intake(now=datetime(2026, 6, 1, tzinfo=UTC))))


def names(content: bytes, name: str = "ratings.csv") -> list[str]:
    return [row.named["name"] for row in rows_of("vote", rows(content, name))]


def refusal(content: bytes, name: str = "ratings.csv") -> str:
    with pytest.raises(Unreadable) as refused:
        rows(content, name)
    assert say(refused.value.reason), refused.value.reason
    return refused.value.reason


# --- Encodings --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"]
)
def test_a_file_is_read_in_whatever_encoding_it_comes(encoding: str) -> None:
    text = table(RATINGS, ["2020-01-02", "Amélie", "2001", "u", "4"]).decode()
    assert names(text.encode(encoding)) == ["Amélie"]


def test_lines_of_two_encodings_in_one_file_are_both_read() -> None:
    content = table(RATINGS, ["2020-01-02", "Amélie", "2001", "u", "4"])
    content += "2020-01-02,Café,2001,u,4\n".encode("cp1252")
    assert names(content) == ["Amélie", "Café"]


@pytest.mark.parametrize("separator", [";", "\t"])
def test_what_a_spreadsheet_saved_is_read(separator: str) -> None:
    content = table(RATINGS, HEAT, RAN).replace(b",", separator.encode()).replace(b"4.5", b"4,5")
    assert names(content) == ["Heat", "Ran"]


@pytest.mark.parametrize("name", ["ratings.csv", "export.csv"])
def test_lines_that_end_as_on_old_macs_are_lines(name: str) -> None:
    assert names(table(RATINGS, HEAT, RAN, end="\r"), name) == ["Heat", "Ran"]


# --- Broken tables ----------------------------------------------------------------------------------------


def test_a_quotation_mark_that_is_never_closed_costs_its_line_only() -> None:
    found = rows(
        table(RATINGS, HEAT) + b'2020-01-02,"Broken,1990,u,4\n' + table(RATINGS, RAN, HEAT).split(b"\n", 1)[1]
    )
    assert [row.named["name"] for row in rows_of("vote", found)] == ["Heat", "Ran", "Heat"]
    assert [(row.line, row.reason) for row in found if row.reason] == [(3, "quote")]


def test_a_quotation_mark_that_pairs_with_one_far_below_swallows_nothing() -> None:
    lines = [f"2020-01-02,Film {number},1990,u,4\n" for number in range(300)]
    lines[10] = '2020-01-02,"Broken,1990,u,4\n'
    lines[200] = '2020-01-02,"Good, as it is",1990,u,4\n'
    found = rows(f"{RATINGS}\n{''.join(lines)}".encode())
    assert len(rows_of("vote", found)) == 299
    assert [(row.line, row.reason) for row in found if row.reason] == [(12, "quote")]


def test_a_file_that_is_cut_off_says_in_which_line() -> None:
    whole = table(RATINGS, HEAT, RAN)
    found = rows(whole[: whole.rindex(b"1985")])
    assert [row.named["name"] for row in rows_of("vote", found)] == ["Heat"]
    assert [(row.line, row.reason) for row in found if row.reason] == [(3, "columns|5")]


def test_nul_bytes_cost_their_line_only() -> None:
    content = table(RATINGS, HEAT) + b"2020-01-02,He\0at,1995,u,4\n" + b"2020-01-02,Ran,1985,u,5\n"
    found = rows(content)
    assert [row.named["name"] for row in rows_of("vote", found)] == ["Heat", "Ran"]
    assert [(row.line, row.reason) for row in found if row.reason] == [(3, "nul")]


def test_ten_thousand_columns_are_read_and_named_briefly() -> None:
    into = Intake(now=datetime(2026, 6, 1, tzinfo=UTC))
    heading = f"{RATINGS},{','.join(f'c{number}' for number in range(10_000))}"
    content = f"{heading}\n{','.join([*HEAT, *[''] * 10_000])}\n".encode()
    assert len(list(read("ratings.csv", content, into))) == 1
    (note,) = into.notes
    assert (len(note["columns"]), note["more"]) == (12, 9_988)


def test_a_line_of_megabytes_is_refused() -> None:
    found = rows(table(RATINGS, HEAT) + b"2020-01-02," + b"x" * 3_000_000 + b",1995,u,4\n")
    assert [row.reason for row in found if row.reason] == ["csv"]


def test_names_lose_what_nobody_sees() -> None:
    content = f"{RATINGS}\n2020-01-02,\u202eHe\u200bat\x07 \u2028 ,1995,u,4\n".encode()
    (name,) = names(content)
    assert "\x07" not in name
    assert "\u202e" not in name


@examples(max_examples=150, deadline=None)
@given(st.binary(max_size=600))
def test_no_bytes_are_an_error_of_ours(content: bytes) -> None:
    for head in (f"{RATINGS}\n".encode(), b"PK\x03\x04", b"[", b""):
        with suppress(Unreadable):
            assert all(row.reason == "" or say(row.reason) for row in rows(head + content))


@examples(max_examples=150, deadline=None)
@given(st.text(alphabet='ab",\n\r;\t', max_size=300))
def test_every_line_of_a_table_is_read_or_refused(text: str) -> None:
    records = list(Records(text.encode()))
    # Each line that says anything is part of one record.
    assert [line for line, _, _ in records] == sorted({line for line, _, _ in records})
    for _, values, code in records:
        assert bool(values) != bool(code)


def test_a_table_made_to_be_slow_is_read_in_no_time() -> None:
    # Each opens a quotation mark that the next one closes, or nobody.
    content = f"{RATINGS}\n".encode() + b'a,"b\n' + b"x\n" * 150_000 + b'"\n' * 20_001
    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    found = rows(content)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_utime - before < 20
    assert not rows_of("vote", found)


# --- Archives ---------------------------------------------------------------------------------------------


def test_paths_of_an_archive_lead_nowhere(tmp_path: Path) -> None:
    content = packed(
        {"../../../../etc/ratings.csv": table(RATINGS, HEAT), "C:\\x\\..\\watched.csv": table(WATCHED)}
    )
    assert names(content, "a.zip") == ["Heat"]
    assert not list(tmp_path.iterdir())


def test_an_archive_in_an_archive_is_not_opened() -> None:
    inner = packed({"ratings.csv": table(RATINGS, HEAT)})
    assert refusal(packed({"inner.zip": inner}), "a.zip") == "unknown"
    assert names(packed({"inner.zip": inner, "ratings.csv": table(RATINGS, RAN)}), "a.zip") == ["Ran"]


def test_a_truncated_archive_is_refused() -> None:
    whole = packed({"ratings.csv": table(RATINGS, *[HEAT] * 1000)})
    for part in (len(whole) // 2, len(whole) - 10):
        assert refusal(whole[:part], "a.zip") == "zip"


def test_a_damaged_archive_is_refused() -> None:
    chance = random.Random(7)
    lines = [[*HEAT[:1], f"{chance.random()}", *HEAT[2:]] for _ in range(2000)]
    content = bytearray(packed({"ratings.csv": table(RATINGS, *lines)}))
    content[len(content) // 2] ^= 0xFF
    assert refusal(bytes(content), "a.zip") == "zip"


def test_an_archive_that_unpacks_without_end_is_stopped() -> None:
    bomb = packed({"ratings.csv": RATINGS.encode() + b"\n" + b"0" * (archive.PART_BYTES + 1)})
    assert len(bomb) < 200_000
    assert refusal(bomb, "a.zip") == "unpacks"


def test_many_parts_that_are_small_one_by_one_are_stopped_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive._Budget, "__init__", lambda self: setattr(self, "left", 1000))
    content = packed({f"lists/{number}/ratings.csv": table(RATINGS, *[HEAT] * 10) for number in range(9)})
    assert refusal(content, "a.zip") == "unpacks"


def test_an_archive_of_a_million_names_is_refused_before_it_is_opened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entry = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", *[0] * 6, *[0] * 3, 1, *[0] * 4, *[0] * 2) + b"a"
    directory = entry * 300_000
    content = (
        b"PK\x03\x04" + directory + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 9, 9, len(directory), 4, 0)
    )
    monkeypatch.setattr(zipfile, "ZipFile", lambda *_: pytest.fail("opened"))
    assert refusal(content, "a.zip") == "entries"


@pytest.mark.parametrize("comment", [b"", b"x" * 65_535])
def test_a_second_directory_is_refused_before_it_is_opened(
    comment: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = packed({"ratings.csv": table(RATINGS, HEAT)})
    end = content.rindex(b"PK\x05\x06")
    size, begin = struct.unpack_from("<2L", content, end + 12)
    second = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, size, begin)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, end, 1)
    content = content[:end] + second + locator + content[end:-2] + struct.pack("<H", len(comment)) + comment
    assert zipfile.ZipFile(io.BytesIO(content)).namelist() == ["ratings.csv"]
    monkeypatch.setattr(zipfile, "ZipFile", lambda *_: pytest.fail("opened"))
    assert refusal(content, "a.zip") == "zip64"


def test_an_archive_with_a_password_is_said_to_have_one() -> None:
    content = bytearray(packed({"ratings.csv": table(RATINGS, HEAT)}, method=zipfile.ZIP_STORED))
    # The flag of encryption, in the local heading and in the directory.
    content[6] |= 1
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    assert refusal(bytes(content), "a.zip") == "locked"


def test_a_spreadsheet_is_asked_to_be_saved_as_csv() -> None:
    assert refusal(packed({"[Content_Types].xml": "<x/>", "xl/sheet1.xml": "<x/>"}), "ratings.csv") == "sheet"


def test_the_ending_of_a_name_says_nothing() -> None:
    assert names(packed({"ratings.csv": table(RATINGS, HEAT)}), "ratings.csv") == ["Heat"]
    assert names(table(RATINGS, HEAT), "ratings.zip") == ["Heat"]


def test_files_of_two_sites_are_sent_one_by_one() -> None:
    content = packed(
        {"ratings.csv": table(RATINGS, HEAT), "imdb.csv": b"Const,Your Rating,Title\ntt1,7,Heat\n"}
    )
    assert refusal(content, "a.zip") == "several|Letterboxd, IMDb"


# --- JSON -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b'[{"rated_at": ' + b"[" * 200_000 + b"]" * 200_000 + b"}]", "nested"),
        (b'[{"rated_at": ' + b"9" * 5_000 + b"}]", "number"),
        (b'[{"rated_at": "2020-01-01T00:00:00Z",\n "rating": 7', "json"),
        (b'[{"rated_at"', "json"),
    ],
)
def test_json_that_is_broken_or_bottomless_is_refused(content: bytes, code: str) -> None:
    assert refusal(content, "ratings-movies.json").split("|")[0] == code


def test_json_that_would_fill_the_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MOST_NODES", 1000)
    assert refusal(b'[{"rated_at": 1},' + b"[]," * 1000 + b"1]", "ratings-movies.json") == "nested"


def test_values_of_the_wrong_kind_cost_their_row_only() -> None:
    movie = trakt_movie("Heat", 1995)
    bad = [
        {"rated_at": 5, "rating": 7, "movie": movie},
        {"rated_at": "2020-01-01T00:00:00Z", "rating": 1e999, "movie": movie},
        {"rated_at": "2020-01-01T00:00:00Z", "rating": {"a": 1}, "movie": movie},
        {"rated_at": "2020-01-01T00:00:00Z", "rating": 7, "movie": [1]},
        {"rated_at": "2020-01-01T00:00:00Z", "rating": 7, "movie": {"title": 3, "year": 99999, "ids": "x"}},
        {"rated_at": "2020-01-01T00:00:00Z", "rating": 7, "movie": {"title": None}},
        "nothing",
        None,
    ]
    good = {"rated_at": "2020-01-01T00:00:00Z", "rating": 7, "movie": {**movie, "title": "He\ud800at\u0000"}}
    found = rows(as_json([*bad, good]), "ratings-movies.json")
    (row,) = rows_of("vote", found)
    assert row.named["name"] == "Heat"
    assert len(found) == 7


# --- Lists ------------------------------------------------------------------------------------------------


def lists_of_ours(*lists: dict[str, Any]) -> bytes:
    return as_json({"format": FORMAT, "version": VERSION, "lists": lists})


def letterboxd_list_of(day: str, description: str) -> bytes:
    content = letterboxd_list("Cool", ["1", "Ran", "1985", "u", "x"], description=description)
    return content.replace(b"2020-02-03", day.encode())


def trakt_list_of(day: str, description: str) -> bytes:
    about = {"ids": {"trakt": 77}, "name": "Cool", "description": description, "created_at": day}
    entry = {"rank": 1, "listed_at": "2020-01-01T00:00:00Z", "movie": trakt_movie("Ran", 1985)}
    return packed({"lists-lists.json": [about], "lists-list-77-cool.json": [entry]})


def list_of_ours(day: str, description: str) -> bytes:
    entry = {"title": {"kind": "film", "name": "Ran", "year": 1985}}
    return lists_of_ours({"name": "Cool", "description": description, "created_at": day, "entries": [entry]})


@pytest.mark.parametrize("content_of", [letterboxd_list_of, trakt_list_of, list_of_ours])
def test_what_cannot_be_of_a_list_costs_only_that(content_of: Callable[[str, str], bytes]) -> None:
    into = Intake(now=datetime(2026, 6, 1, tzinfo=UTC))
    (entry,) = rows_of("list_entry", read("cool", content_of("yesterday", "x" * 25_000), into))
    assert entry.named["name"] == "Ran"
    (kept,) = into.lists.values()
    assert (kept["name"], kept["description"], kept["created_at"]) == ("Cool", "x" * 2_000, None)
    assert [note["kind"] for note in into.notes] == ["list_long", "list_day"]


def test_of_very_many_lists_the_first_thousand_are_kept() -> None:
    into = Intake(now=datetime(2026, 6, 1, tzinfo=UTC))
    entry = {"title": {"kind": "film", "name": "Ran", "year": 1985}}
    content = lists_of_ours(*[{"entries": [entry]}] * (MOST_LISTS + 300))
    found = list(read("filmsite.json", content, into))
    assert (len(into.lists), len(rows_of("list_entry", found))) == (MOST_LISTS, MOST_LISTS)
    assert {row.reason for row in found if row.reason} == {"lists|1000"}
    assert len(into.notes) == MOST_NOTES + 1
    assert into.notes[-1] == {"kind": "more", "number": 100}


# --- Size -------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_more_rows_than_we_take_are_refused_as_a_whole(settings: Settings) -> None:
    settings.FILMSITE_BRING_MOST_ROWS = 100
    member = make_member()
    row = bringing_in.start_import(member=member, name="ratings.csv", content=table(RATINGS, *[HEAT] * 101))
    bringing_in.read_import(row.pk)
    row.refresh_from_db()
    assert (row.state, row.error) == (ImportState.FAILED, "rows|100")
    assert not ImportRow.objects.exists()
    assert "more than 100 rows" in say(row.error)


@pytest.mark.django_db
def test_what_stands_in_rows_is_stored_raw() -> None:
    line = ["2020-01-02", '=HYPERLINK("x")', "1995", "u", "4.5"]
    row = bringing_in.start_import(member=make_member(), name="ratings.csv", content=table(RATINGS, line))
    bringing_in.read_import(row.pk)
    assert ImportRow.objects.get().named["name"] == '=HYPERLINK("x")'
    assert MemberImport.objects.get().state == ImportState.PREVIEW


MEASURE = """
    import resource, sys
    from datetime import UTC, datetime
    import django
    django.setup()
    from reviews.bringing.base import Intake, Unreadable
    from reviews.bringing.reading import read
    content = open(sys.argv[1], "rb").read()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        number = sum(1 for _ in read("a", content, Intake(now=datetime.now(UTC))))
    except Unreadable as error:
        number = error.code
    print(number, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.parametrize("kind", ["bomb", "million", "wide json", "lists"])
def test_reading_takes_little_memory_whatever_comes(tmp_path: Path, kind: str) -> None:
    out = io.BytesIO()
    if kind == "bomb":
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bomb, bomb.open("ratings.csv", "w") as file:
            file.write(RATINGS.encode() + b"\n")
            for _ in range(300):
                file.write(b"0" * (1 << 20))
    elif kind == "million":
        out.write(f"{RATINGS}\n".encode() + b"2020-01-02,Heat,1995,u,4\n" * 1_000_000)
    elif kind == "lists":
        out.write(f'{{"format": "{FORMAT}", "version": 1, "lists": [{{}}'.encode() + b",{}" * 300_000 + b"]}")
    else:
        out.write(b'[{"rated_at": 1}' + b",[]" * 8_000_000 + b"]")
    path = tmp_path / "file"
    path.write_bytes(out.getvalue())
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(MEASURE), str(path)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
        timeout=300,
    )
    answer, megabytes = done.stdout.split()
    assert answer in {"unpacks", "rows", "nested", "0"}
    assert int(megabytes) <= (50 if kind == "lists" else 200), f"{megabytes} MB more"
