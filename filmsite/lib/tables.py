"""Tables that leave the site as CSV, for spreadsheets."""

from typing import Final

# Cells that begin with one of these are a formula to a spreadsheet.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


class Echo:
    """A file that gives back what is written, so that a csv.writer can be asked line by line."""

    def write(self, line: str) -> str:
        return line


def guarded(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def unguarded(cell: str) -> str:
    """The text of a cell that was written by `guarded`."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell
