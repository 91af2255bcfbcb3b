"""The shape of `filmsite.json`, a contract with whoever reads it: this site's own import, and anybody's program.

`docs/export-format.md` says the same for readers without Python. A field may be added under the same version; what is
renamed, removed or given another meaning raises `VERSION`. A reader refuses a higher version and skips fields and
sections that it does not know.

Everywhere: times are ISO 8601 in UTC ("2026-11-22T12:40:10Z", with microseconds where there are any), days are
"2026-11-22", stars are whole numbers of half stars (1 to 10), what is unknown is null or "", and text is as its author
typed it. `id` is a number of the site that wrote the file: it says which rows of the file belong together, and is
another one elsewhere.
"""

from typing import Any, Final, NotRequired, TypedDict

FORMAT: Final = "filmsite-export"
VERSION: Final = 1
FILE_NAME: Final = "filmsite.json"


class Work(TypedDict):
    """How a title is named, so that it is found on another site as well: by any of its ids, else by name and year."""

    id: int
    # "film", "show" or "season".
    kind: str
    # Of a season: the name of its show.
    name: str
    original_name: str
    # Of a season: its own year.
    year: int | None
    imdb: str | None
    # The number at TMDB: of a movie for a film, of a TV series for a show.
    tmdb: str | None
    wikidata: str | None
    # Of a season only: its number, and its show.
    season: NotRequired[int]
    show: NotRequired["Work"]


class Who(TypedDict):
    """A person of the catalogue."""

    id: int
    name: str
    imdb: str | None
    tmdb: str | None
    wikidata: str | None


class VoteRow(TypedDict):
    title: Work
    value: int
    cast_at: str
    changed_at: str
    # False while it is in no number: before a first showing, during a suspension, set aside.
    counted: bool


class PastVoteRow(TypedDict):
    """A vote that no longer stands: another followed at `ended_at`, or it was taken back then."""

    title: Work
    value: int
    given_at: str
    ended_at: str
    withdrawn: bool


class RevisionRow(TypedDict):
    number: int
    headline: str
    body: str
    language: str
    written_at: str


class TranslationRow(TypedDict):
    """What a machine made of one state of the text. `of_current` is false where the text was changed since."""

    source_language: str
    language: str
    headline: str
    body: str
    engine: str
    made_at: str | None
    is_complete: bool
    of_current: bool


class ReviewRow(TypedDict):
    """A message: of a title or of a person, one of the two is null. `body` is its newest revision."""

    id: int
    url: str
    title: Work | None
    person: Who | None
    # The message it answers, which may be somebody else's and so not in the file.
    parent: int | None
    # "published", "withdrawn" (by the author), "hidden" (by a moderator, until the author answers) or "removed" (by one).
    state: str
    is_opinion: bool
    verdict: int | None
    headline: str
    body: str
    language: str
    is_spoiler: bool
    may_translate: bool
    written_at: str
    edited_at: str | None
    withdrawn_at: str | None
    revisions: list[RevisionRow]
    translations: list[TranslationRow]


class ViewingRow(TypedDict):
    """A line of the diary."""

    title: Work
    seen_on: str | None
    is_rewatch: bool
    value: int | None
    place: str
    tags: list[str]
    note: str
    # The `id` of a review of this file.
    review: int | None
    logged_at: str


class WatchlistRow(TypedDict):
    title: Work
    added_at: str


class EntryRow(TypedDict):
    position: int
    title: Work
    note: str
    added_at: str


class ListRow(TypedDict):
    id: int
    # "list", or "top" for the one top ten.
    kind: str
    name: str
    description: str
    tags: list[str]
    is_ranked: bool
    # "everyone", "followers" or "me".
    audience: str
    # By a moderator: it comes in nowhere again.
    is_removed: bool
    created_at: str
    changed_at: str
    entries: list[EntryRow]
    translations: list[TranslationRow]


class Site(TypedDict):
    name: str
    url: str


class Export(TypedDict):
    """The whole file. The first four come first; the sections follow in this order, each empty rather than absent.

    What an import brings in elsewhere are `votes`, `past_votes`, `reviews`, `viewings`, `watchlist` and `lists`. The other
    sections say what the site knew about the member, for the member to read; `docs/export-format.md` names their fields.
    """

    format: str
    version: int
    site: Site
    made_at: str

    profile: dict[str, Any]
    votes: list[VoteRow]
    past_votes: list[PastVoteRow]
    reviews: list[ReviewRow]
    viewings: list[ViewingRow]
    watchlist: list[WatchlistRow]
    lists: list[ListRow]
    drafts: list[dict[str, Any]]
    follows: list[dict[str, Any]]
    followed_threads: list[dict[str, Any]]
    blocks: list[dict[str, Any]]
    mutes: list[dict[str, Any]]
    notification_settings: list[dict[str, Any]]
    notifications: list[dict[str, Any]]
    decisions: list[dict[str, Any]]
    answers: list[dict[str, Any]]
    measures: list[dict[str, Any]]
    appeals: list[dict[str, Any]]
    reports: list[dict[str, Any]]
    own_words: list[dict[str, Any]]
    corrections: list[dict[str, Any]]
    bad_translations: list[dict[str, Any]]
    about_translations: list[TranslationRow]
    proposals: list[dict[str, Any]]
    imports: list[dict[str, Any]]
    exports: list[dict[str, Any]]
    sessions: list[dict[str, Any]]
    # How many rows each section has.
    counts: dict[str, int]
