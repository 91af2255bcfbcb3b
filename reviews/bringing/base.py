"""What the readers of all sites share: rows, how titles are named in them, and values as each site writes them.

A value that cannot be is a `Bad` row with the code of a reason; a file that cannot be used is `Unreadable`. Both are
said in words by `reviews.bringing.wording`.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from filmsite.lib.inputs import clean_line, clean_text
from reviews.models import ImportRow
from reviews.models.lists import TAG_LENGTH, TAGS
from reviews.models.review import BODY_LENGTH

Kind = ImportRow.Kind

NAME_LENGTH: Final = 300
FIRST_YEAR, LAST_YEAR = 1870, 2100
# Texts of one import: each is screened, and read by others.
MOST_TEXTS: Final = 5_000
# Lists of one import, and things that are noted about its files: both are kept in one row.
MOST_LISTS: Final = 1_000
MOST_NOTES: Final = 200
LIST_NAME, LIST_DESCRIPTION, LIST_NOTE = 120, 2_000, 1_000
# A day without an hour is taken as its noon: nearly everywhere on earth that is the same day.
_NOON: Final = time(12, tzinfo=UTC)
_OLD_IMDB_MOMENT: Final = "%a %b %d %H:%M:%S %Y"
_LAST_ID: Final = 2**31


class Unreadable(Exception):
    """Nothing of the file can be used; `code` says why, and `about` what it is about (a name, a number)."""

    def __init__(self, code: str, about: object = "") -> None:
        super().__init__(code)
        self.code, self.about = code, str(about)

    @property
    def reason(self) -> str:
        return reason(self.code, self.about)


class Bad(Exception):
    """A row cannot be used; as `Unreadable`, for one row."""

    def __init__(self, code: str, about: object = "") -> None:
        super().__init__(code)
        self.reason = reason(code, about)


def reason(code: str, about: object = "") -> str:
    """A code and what it is about, in the form in which rows keep it."""
    return f"{code}|{clean_line(str(about))}"[:300] if about != "" else code


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that a file says. `named` is the title as the file names it; with a `reason` it is refused."""

    kind: Kind
    file: str
    line: int
    named: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""


@dataclass
class Intake:
    """What is learnt about a file beside its rows. `now` is the latest moment that anything in it can have."""

    now: datetime
    # Texts that may come in, and the reason for those that may not.
    most_texts: int = MOST_TEXTS
    too_many_texts: str = reason("texts", MOST_TEXTS)
    # {"kind": …, "file": …, …} each: columns and files that nothing is known about, what is not taken over.
    notes: list[dict[str, Any]] = field(default_factory=list)
    # Lists by their key: name, description, tags, kind, is_ranked, audience, created_at.
    lists: dict[str, dict[str, Any]] = field(default_factory=dict)
    # How stars of the file became half stars: (as written there, half stars) and how often.
    scale: Counter[tuple[str, int]] = field(default_factory=Counter)
    # Of how many its stars were taken to be (5 or 10), where the file does not say so.
    best: int | None = None

    def note(self, kind: str, file: str, **detail: Any) -> None:
        """Note something for the report. Of what is more than MOST_NOTES only the number."""
        if len(self.notes) == MOST_NOTES:
            self.notes.append({"kind": "more", "number": 0})
        if len(self.notes) > MOST_NOTES:
            self.notes[-1]["number"] += 1
        else:
            self.notes.append({"kind": kind, "file": clean_line(file)[:200], **detail})

    def add_list(
        self, key: str, file: str, *, name: str, description: str = "", created_at: object = None, **said: Any
    ) -> None:
        """Keep a list, at most MOST_LISTS. What cannot be of its description and its day is noted and left out."""
        if len(self.lists) >= MOST_LISTS and key not in self.lists:
            self.note("lists", file, list=name, most=MOST_LISTS)
            return
        if len(description) > LIST_DESCRIPTION:
            self.note("list_long", file, list=name, most=LIST_DESCRIPTION)
        try:
            at = self.moment(created_at)
        except Bad:
            self.note("list_day", file, list=name, day=clean_line(str(created_at))[:40])
            at = None
        self.lists[key] = {
            "name": name,
            "description": description[:LIST_DESCRIPTION],
            "created_at": at,
            **said,
        }

    # --- Values ---------------------------------------------------------------------------------------

    def stars(self, written: object, *, best: int) -> int | None:
        """Half stars (1 to 10) of a rating that is at most `best` (5 or 10); None for an empty one. Raises Bad."""
        text = clean_line(str(written)) if written is not None else ""
        if text in {"", "0", "0.0"}:
            return None
        try:
            rating = Decimal(text.replace(",", "."))
        except InvalidOperation as error:
            raise Bad("rating", text[:40]) from error
        if not rating.is_finite() or not 0 < rating <= best or (rating * 2) % 1:
            raise Bad("rating", text[:40])
        # Of ten a half goes up: 7.5 is four stars.
        value = int(rating * (10 // best) + Decimal("0.5"))
        self.scale[f"{rating.normalize():f}", value] += 1
        return value

    def moment(self, written: object) -> str | None:
        """A moment as ISO 8601 in UTC, not after now; None for none. Raises Bad for what is no moment."""
        text = clean_line(str(written)) if written else ""
        if not text:
            return None
        found = _as_moment(text)
        if found is None or not FIRST_YEAR <= found.year <= self.now.year + 1:
            raise Bad("date", text[:40])
        return min(found, self.now).isoformat()

    def day(self, written: object) -> str | None:
        """A day as ISO 8601; None for none. Raises Bad for what is no day, or has not come yet."""
        text = clean_line(str(written)) if written else ""
        if not text:
            return None
        found = _as_moment(text)
        # Somewhere on earth tomorrow has begun.
        if found is None or found.year < FIRST_YEAR or found > self.now + timedelta(days=1):
            raise Bad("date", text[:40])
        return found.date().isoformat()


def _as_moment(text: str) -> datetime | None:
    try:
        if len(text) == 10:
            return datetime.combine(date.fromisoformat(text), _NOON)
        found = datetime.fromisoformat(text)
    except ValueError:
        try:
            found = datetime.strptime(text, _OLD_IMDB_MOMENT)
        except ValueError:
            return None
    try:
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except OverflowError:
        return None


def year_of(written: object) -> int | None:
    """The year of a title, or None where none is given. Raises Bad for what cannot be one."""
    text = clean_line(str(written)) if written is not None else ""
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) == 4 and FIRST_YEAR <= int(text) <= LAST_YEAR):
        raise Bad("year", text[:40])
    return int(text)


def number_of(written: object) -> int | None:
    """A whole number from 0 that a column can hold, or None for anything else."""
    text = str(written).strip() if written is not None and not isinstance(written, bool) else ""
    if text.isascii() and text.isdecimal() and len(text) <= 10 and int(text) < _LAST_ID:
        return int(text)
    return None


def imdb_id(written: object) -> str:
    """ "tt0118849" of "tt0118849" or "118849"; nothing for anything else."""
    text = clean_line(str(written)) if written else ""
    digits = text.removeprefix("tt")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 10) or not int(digits):
        return ""
    return f"tt{int(digits):07}"


def tags_of(written: object) -> list[str]:
    """Tags with commas between them, or as a list, as many and as long as we keep."""
    parts = written if isinstance(written, list) else str(written or "").split(",")
    tags = (clean_line(part)[:TAG_LENGTH] for part in parts if isinstance(part, str))
    return list(dict.fromkeys(tag for tag in tags if tag))[:TAGS]


def text_of(written: object, *, most: int = BODY_LENGTH) -> str:
    """A text of several lines. Raises Bad where it is longer than `most` characters."""
    text = long_text_of(written)
    if len(text) > most:
        raise Bad("long", most)
    return text


def long_text_of(written: object) -> str:
    """A text of several lines, however long."""
    return clean_text(written).strip() if isinstance(written, str) else ""


def line_of(written: object, *, most: int = NAME_LENGTH) -> str:
    """A text of one line, cut off where it is longer than we keep."""
    return clean_line(written)[:most].strip() if isinstance(written, str) else ""


# --- Titles -----------------------------------------------------------------------------------------------


def named(**said: Any) -> dict[str, Any]:
    """What a file says of a title, without what it does not say.

    name, other (its original name), year, kind ("film", "show", "miniseries", "season"), season (its number; the name
    and all ids are then those of its show), imdb, tmdb, wikidata, movielens, and id: ours, if the file is ours.
    """
    return {key: value for key, value in said.items() if value not in (None, "")}


def work_of(title: Mapping[str, Any]) -> str:
    """The same for rows about one title: by an id if there is one, else by name and year. At most 200 characters."""
    source = next((key for key in ("imdb", "tmdb", "wikidata", "movielens", "id") if key in title), None)
    if source:
        named_by = f"{source}:{title[source]}"
    else:
        named_by = f"{str(title.get('name', '')).casefold()}|{title.get('year', '')}"
    key = f"{title.get('kind', '')}:{title.get('season', '')}:{named_by}"
    return key if len(key) <= 200 else hashlib.sha256(key.encode()).hexdigest()
