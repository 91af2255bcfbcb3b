"""Why a row or a file is not taken over, in the reader's language.

Rows keep a code, and behind a bar what it is about: whoever reads it may read another language than whoever sent it.
"""

from typing import Final

from django.utils.translation import gettext_lazy as _

_REASONS: Final = {
    # Of a row.
    "rating": _("“%(about)s” is no rating that we know."),
    "no_rating": _("It has no rating."),
    "date": _("“%(about)s” is no day that can be."),
    "year": _("“%(about)s” is no year of a film."),
    "nameless": _("It names no title."),
    "long": _("The text is longer than %(about)s characters."),
    "columns": _("It has another number of columns than the first line of the file (%(about)s)."),
    "quote": _("A quotation mark is opened and never closed."),
    "nul": _("It contains a NUL byte."),
    "csv": _("It cannot be read as a line of a table."),
    "shape": _("It is not built as this site builds such a file."),
    "episode": _("An episode: here one votes on seasons."),
    "show": _("A whole show takes no votes here; its seasons do."),
    "no_person": _("A person; only titles can be brought in."),
    "not_here": _("A “%(about)s”: the catalogue holds films and shows only."),
    "texts": _("One import brings at most %(about)s texts. Bring the others in with a second one."),
    "young": _(
        "In its first days an account brings in at most %(about)s texts a day. Bring the others in later."
    ),
    "lists": _("One import brings at most %(about)s lists. Bring the others in with a second one."),
    "removed": _("A moderator had removed it."),
    "person": _("It is about a person whom this catalogue does not have."),
    # In the preview and while it is taken over.
    "missing": _("This title is not in the catalogue, or was not found."),
    "unsure": _("It was not certain which title is meant, and none was chosen."),
    "skipped": _("You left it out."),
    "twice": _("The file says something newer, or the same, about this title."),
    "mine": _("You had voted here, and chose to keep that."),
    "older": _("You voted here later than that."),
    "undated": _("The file does not say when that was, and you had voted here."),
    "gone": _("The title is gone from the catalogue."),
    "full": _("The list is full."),
    "top": _("You have a top ten here, and it stays."),
    # Of the undoing.
    "undone": _("Undone."),
    "changed_since": _("You changed it since, so it stays."),
    "answered": _("Others have answered or reported it, so it stays."),
    # Of a whole file.
    "empty": _("The file is empty."),
    "large": _("The file is larger than %(about)s MB. Send its parts one by one."),
    "unpacks": _(
        "The archive unpacks to more than we read. Unpack it, and send the files that matter one by one."
    ),
    "entries": _("The archive holds too many files. Unpack it, and send only the files that matter."),
    "zip": _("The archive is damaged or was cut off. Download it again, and send it again."),
    "zip64": _("This kind of archive cannot be read. Unpack it, and pack the files anew as a plain ZIP."),
    "locked": _("The archive has a password. Unpack it, and send the files, or pack them without one."),
    "gzip": _("The file is packed with gzip. Unpack it, and send what is in it."),
    "sheet": _("This is a spreadsheet. Save it as CSV, or send the file as the other site gave it."),
    "binary": _("This is no export that we know: neither a ZIP nor a table (CSV) nor JSON."),
    "unknown": _(
        "Nothing in this file looks like an export that we know. Send it as the other site gave it, with its first line."
    ),
    "data_set": _(
        "This is a data set of MovieLens for research: it names films by numbers only. Send the ratings that your own "
        "account at MovieLens exports."
    ),
    "several": _("The archive holds files of several sites (%(about)s). Send them one site at a time."),
    "which": _(
        "It cannot be told whether this is a watchlist or a list of what you saw. Give the file its name back: "
        "watched.csv, watchlist.csv or films.csv."
    ),
    "json": _(
        "The file is damaged or was cut off near line %(about)s. Download it again, and send it again."
    ),
    "number": _("A number in the file has thousands of digits, so something went wrong with it."),
    "nested": _("The file is built too deep or too large to be read."),
    "version": _("The file was made by a newer version of this site (%(about)s) than this one can read."),
    "rows": _(
        "The file has more than %(about)s rows. Send it in parts: each with the first line of the file."
    ),
    "nothing": _("There is nothing in this file that could be taken over."),
    "suspended": _("Your account is suspended. When it is not any more, you can go on from here."),
    "open": _(
        "You have %(about)s imports that are not finished. Take one of them over or throw it away first."
    ),
    "attempts": _(
        "We tried it three times and never came to an end. Try again later, or send the file in smaller parts."
    ),
    "error": _("Something went wrong on our side. Nothing is lost: try again."),
}


def say(reason: str) -> str:
    """A reason as rows keep it ("rating|11"), in words; nothing for none."""
    code, _bar, about = reason.partition("|")
    return str(_REASONS[code]) % {"about": about} if code in _REASONS else ""
