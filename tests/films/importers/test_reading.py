from pathlib import Path

import pytest

from films.importers.base import ImportProblem, Report
from films.importers.reading import measure, read_columns


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
    ],
    ids=["plain", "BOM", "CRLF", "Windows-1252", "case", "order"],
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
