"""How the files of members' pictures are named. `Member.avatar` names the widest; the others stand beside it."""

from typing import Final

from filmsite.lib.images import rendition_name

FOLDER: Final = "members"
# Of a square, in pixels: beside a message and on a screen with twice the dots, and at the head of a page.
WIDTHS: Final = (48, 96, 256)
# Every picture exists in these; a smaller one than the widest comes in its own width besides.
LEAST: Final = 96


def files_of(name: str) -> list[str]:
    """The names of all renditions of a picture, by that of its widest; none for an empty name."""
    narrower = [rendition_name(name, width) for width in WIDTHS if width <= LEAST] if name else []
    return sorted({*narrower, name} - {""})
