import gzip
import random
import resource
from pathlib import Path
from typing import Any

import pytest

from films.importers import reading
from films.importers.base import ImportProblem, Report
from films.importers.numbers import HIGHEST, NumberSet
from films.importers.reading import blocks, measure, read_columns, read_json_lines, read_tsv


def read(path: Path, *columns: str) -> tuple[list[list[str]], Report]:
    report = Report()
    return [values for _, values in read_columns(measure(path), columns, report)], report


@pytest.mark.parametrize(
    "raw",
    [
        "id,name\n1,Amélie\n".encode(),
        b"\xef\xbb\xbf" + "id,name\n1,Amélie\n".encode(),
        "id,name\r\n1,Amélie\r\n".encode(),
        "id,name\n1,Amélie".encode("cp1252"),
        'ID , Name\n1,"Amélie"\n'.encode(),
        "name,other,id\nAmélie,x,1\n\n".encode(),
        "id,name\r\n1,Amélie\r\n".encode("utf-16"),
        "id,name\n1,Amélie\n".encode("utf-16-le"),
        "id,name\n1,Amélie\n".encode("utf-16-be"),
        gzip.compress("id,name\n1,Amélie\n".encode()),
        gzip.compress(b"id,name\n1,") + gzip.compress("Amélie\n".encode()),
    ],
    ids=["plain", "BOM", "CRLF", "Windows-1252", "case", "order", "UTF-16", "LE", "BE", "gzip", "two gzips"],
)
def test_a_file_is_read_however_it_was_saved(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "a.csv").write_bytes(raw)
    rows, report = read(tmp_path / "a.csv", "id", "name")
    assert rows == [["1", "Amélie"]]
    assert (report.read, report.rejected) == (1, 0)


def test_a_row_that_does_not_fit_is_rejected_with_its_line_and_the_rest_goes_on(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('id,name\n1,a\n2\n3,b,c\n4,"two\nlines"\n5,"a" b"c\n6,n\0ul\n7,last\n')
    rows, report = read(tmp_path / "a.csv", "id", "name")
    assert [row[0] for row in rows] == ["1", "4", "7"]
    assert [failure.line for failure in report.failures] == [3, 4, 7, 8]
    assert report.failures[0].reason == "1 columns where the heading has 2"
    assert report.failures[2].reason == "a quotation mark is not closed"
    assert "NUL" in report.failures[3].reason
    assert report.read == 7


def test_a_file_without_a_needed_column_says_which(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id\n1\n")
    with pytest.raises(ImportProblem, match="no column name"):
        read(tmp_path / "a.csv", "id", "name")
    (tmp_path / "a.csv").write_text("")
    with pytest.raises(ImportProblem, match="no column id, name"):
        read(tmp_path / "a.csv", "id", "name")


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(ImportProblem, match=r"nowhere\.csv cannot be read"):
        measure(tmp_path / "nowhere.csv")


def test_only_the_first_thousand_failures_are_kept_and_all_are_counted() -> None:
    report = Report()
    for line in range(1500):
        report.reject("a.csv", line, "no")
    assert (report.rejected, len(report.failures)) == (1500, 1000)


def test_a_stray_quotation_mark_costs_its_own_line_only(tmp_path: Path) -> None:
    rows = ['1,"open', *(f"{number},fine" for number in range(2, 100)), '100,"open', "101,fine"]
    (tmp_path / "a.csv").write_text("\n".join(["id,name", *rows]))
    found, report = read(tmp_path / "a.csv", "id", "name")
    assert [row[0] for row in found] == [*map(str, range(2, 100)), "101"]
    assert [(row.line, row.reason) for row in report.failures] == [
        (2, "a quotation mark is not closed"),
        (101, "a quotation mark is not closed"),
    ]
    assert report.read == 101


def test_rows_with_ten_thousand_columns_or_another_encoding_are_refused_with_their_place(
    tmp_path: Path,
) -> None:
    raw = b"id,name\n" + b"1," * 10_000 + b"\n2,caf\xc3\xa9\n3,caf\xe9\n4,end\n"
    # The beginning says UTF-8: a later line in Latin-1 is not what the file is.
    (tmp_path / "a.csv").write_bytes(b"id,name\n" + b"0,x\n" * 2_200_000 + raw[8:])
    source = measure(tmp_path / "a.csv")
    assert source.encoding == "utf-8"
    report = Report()
    tail = [values for line, values in read_columns(source, ["id", "name"], report, after=2_200_001)]
    assert tail == [["2", "café"], ["4", "end"]]
    assert [row.reason for row in report.failures] == [
        "10001 columns where the heading has 2",
        "not UTF-8 at byte 6 of the line, as the file is",
    ]
    assert report.failures[1].line == 2_200_004


def test_an_endless_line_is_one_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LINE_LENGTH", 100_000)
    for end, expected in (("\n2,after\n", [["2", "after"]]), ("", [])):
        (tmp_path / "a.csv").write_text("id,name\n1," + "x" * 5_000_000 + end)
        rows, report = read(tmp_path / "a.csv", "id", "name")
        assert rows == expected
        assert [(row.line, row.reason) for row in report.failures] == [(2, "longer than 100000 bytes")]


def test_reading_goes_on_behind_a_line(tmp_path: Path) -> None:
    text = "id,name\n" + "".join(f'{number},"{number}"\n' for number in range(60_000))
    for path, raw in (
        (tmp_path / "a.csv", text.encode()),
        (tmp_path / "b.csv", gzip.compress(text.encode(), 1)),
    ):
        path.write_bytes(raw)
        for after in (0, 1, 33_333, 60_001):
            rows = list(read_columns(measure(path), ["id"], Report(), after=after))
            assert len(rows) == 60_001 - max(after, 1)
            assert all(line == int(values[0]) + 2 for line, values in rows)


def test_quotation_marks_are_letters_where_tabs_part_values(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text('id\tname\n1\t"Open\n2\tx\ty\n3\t"Closed"\n4\tun\0seen\n')
    report = Report()
    rows = list(read_tsv(measure(tmp_path / "a.tsv"), ["name", "id"], report, only=lambda key: key != "3"))
    assert rows == [(2, ['"Open', "1"])]
    assert (report.read, report.rejected, report.skipped) == (4, 2, 1)


def test_objects_are_read_one_a_line(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"id": 1}\n\nx\n[1]\n' + "[" * 100_000 + '\n{"id": 2}')
    report = Report()
    assert list(read_json_lines(measure(tmp_path / "a.jsonl"), report)) == [(1, {"id": 1}), (6, {"id": 2})]
    assert [row.line for row in report.failures] == [3, 4, 5]
    assert report.read == 5


# --- Hostile and broken archives --------------------------------------------------------------------------


def test_a_truncated_archive_says_after_which_line_it_breaks_off(tmp_path: Path) -> None:
    chance = random.Random(1)
    text = "".join(f"{number},{chance.random()}\n" for number in range(200_000))
    whole = gzip.compress(text.encode())
    path = tmp_path / "a.csv.gz"
    for cut in (whole[: len(whole) // 2], whole[:-3], whole[: len(whole) // 2] + b"garbage" * 1000):
        path.write_bytes(cut)
        seen: list[str] = []
        source = measure(path)
        with pytest.raises(
            ImportProblem, match=r"a\.csv breaks off or is damaged after line (\d+)"
        ) as problem:
            seen.extend(line for block in blocks(source) for line in block.lines)
        last = int(str(problem.value).split("after line ")[1].split()[0])
        assert len(seen) <= last <= len(seen) + 1
        assert text.startswith("\n".join(seen))


def test_a_bomb_is_stopped_while_it_unpacks(tmp_path: Path, settings: Any) -> None:
    (tmp_path / "a.csv").write_bytes(gzip.compress(b"id,name\n" + bytes(1 << 20) * 100))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ImportProblem, match="200 times its size, as a bomb does"):
        list(blocks(measure(tmp_path / "a.csv")))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000
    settings.FILMSITE_IMPORT_MAX_RATIO = 5000
    settings.FILMSITE_IMPORT_MAX_BYTES = 50 << 20
    with pytest.raises(ImportProblem, match="more than 52428800 bytes"):
        list(blocks(measure(tmp_path / "a.csv")))


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"PK\x03\x04rest", "zip archive"),
        (gzip.compress(gzip.compress(b"a", mtime=0), mtime=0), "zipped twice"),
    ],
)
def test_an_archive_of_another_kind_says_what_to_do(tmp_path: Path, raw: bytes, words: str) -> None:
    (tmp_path / "a.csv").write_bytes(raw)
    with pytest.raises(ImportProblem, match=words):
        measure(tmp_path / "a.csv")


def test_a_file_of_300_megabytes_takes_no_more_memory_than_a_small_one(tmp_path: Path) -> None:
    piece = "".join(f"{number},17,3.5,1217897793\n" for number in range(40_000)).encode()
    path = tmp_path / "a.csv.gz"
    with gzip.open(path, "wb", 1) as file:
        file.write(b"userId,movieId,rating,timestamp\n")
        for _ in range(300_000_000 // len(piece)):
            file.write(piece)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    lines = sum(len(block.lines) for block in blocks(measure(path)))
    assert lines == 1 + 40_000 * (300_000_000 // len(piece))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000


# --- Sets of numbers --------------------------------------------------------------------------------------


def test_a_set_of_numbers_knows_what_was_put_in() -> None:
    numbers, chance = NumberSet(), random.Random(2)
    drawn = {chance.randrange(HIGHEST) for _ in range(2000)} | {0, 7, 8, HIGHEST - 1}
    assert all(numbers.add(number) for number in drawn)
    assert not numbers.add(7)
    for number in drawn:
        for near in (number - 1, number, number + 1):
            assert (near in numbers) == (near in drawn)


def test_a_set_of_numbers_refuses_what_is_out_of_range() -> None:
    for number in (-1, HIGHEST):
        with pytest.raises(ValueError, match="out of range"):
            NumberSet().add(number)
