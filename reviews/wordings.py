"""A text as one reader sees it: its wordings, which of them shows, and how the other came to be."""

from dataclasses import dataclass
from typing import Literal

from filmsite.lib.text import excerpt, plain_text, reading_minutes
from reviews.models import Translation, TranslationStatus
from reviews.services.translating.health import WAITING

LONG_CHARACTERS = 1_500

# What is to be said of a text's language; "" when there is nothing. A translation can be had, or else why there is none:
# never ordered, ordered, ordered while its engine is paused, no engine for the pair, did not succeed, the author said no.
# "foreign" says no more than the language.
Note = Literal["", "translated", "absent", "queued", "paused", "unsupported", "failed", "declined", "foreign"]


@dataclass(frozen=True, slots=True)
class Wording:
    """A text in one language. `html` is sanitised and safe to mark as such; `source` is Markdown.

    `headline_language` is that of a headline which stayed in another, "" where there is none such.
    """

    language: str
    html: str
    source: str
    headline: str
    headline_language: str = ""

    @property
    def plain(self) -> str:
        """The words without any mark."""
        return plain_text(self.source)


@dataclass(frozen=True, slots=True)
class Making:
    """How a translation came to be: what a reader must know to judge it.

    `pk` is that of its row. `via` is the language in between, empty for none; `machine` what an engine outside of the
    house is called; `corrected_by` the name of a member who bettered it, and `corrected_sentences` how many sentences of
    it, 0 where people wrote all; `left_sentences` how many stand in the author's words. `is_coming` says that it is made
    (anew) as soon as a worker has time.
    """

    pk: int
    is_earlier: bool = False
    is_doubted: bool = False
    via: str = ""
    machine: str = ""
    corrected_by: str = ""
    corrected_sentences: int = 0
    left_sentences: int = 0
    is_coming: bool = False

    @property
    def is_by_machine(self) -> bool:
        """Whether any of it is a machine's."""
        return not self.corrected_by or self.corrected_sentences > 0

    @property
    def is_partial(self) -> bool:
        """Whether sentences stand in it as the author wrote them."""
        return self.left_sentences > 0

    @classmethod
    def of(cls, row: Translation, *, machine: str) -> "Making":
        """Needs `corrected_by` loaded."""
        return cls(
            pk=row.pk,
            is_earlier=row.is_earlier,
            is_doubted=row.doubted_at is not None,
            via=row.via,
            machine=machine,
            corrected_by=row.corrected_by.shown_name if row.corrected_by else "",
            corrected_sentences=row.corrected_sentences,
            left_sentences=row.left_sentences,
            is_coming=row.status == TranslationStatus.QUEUED and row.reason not in WAITING,
        )


@dataclass(frozen=True, slots=True)
class ShownText:
    """What one reader sees of one text. `kind` and `pk` say which it is, as in `reviews.sources`."""

    kind: str
    pk: int
    original: Wording
    readable: bool = True
    translation: Wording | None = None
    making: Making | None = None
    shows_translation: bool = False
    note: Note = ""
    # The language that a translation is, or would be, in.
    into: str = ""
    # Gives the plot away as a whole.
    is_spoiler: bool = False
    # Of a review: see `ReviewState`.
    state: str = "published"

    @property
    def shown(self) -> Wording:
        return self.translation if self.translation and self.shows_translation else self.original

    @property
    def other(self) -> Wording | None:
        """The wording that the toggle brings."""
        return self.original if self.shows_translation else self.translation

    @property
    def translation_pk(self) -> int | None:
        """The row of the translation that can be had, for links to its page."""
        return self.making.pk if self.making else None

    @property
    def token(self) -> str:
        """What stands for this text in addresses and ids: the number of a review, else kind and number."""
        return str(self.pk) if self.kind == "review" else f"{self.kind}-{self.pk}"

    @property
    def headline(self) -> str:
        return self.shown.headline

    @property
    def is_long(self) -> bool:
        """Too long to stand in a thread when it has a page of its own."""
        return len(self.shown.source) > LONG_CHARACTERS

    @property
    def minutes(self) -> int:
        return reading_minutes(self.shown.source)

    def excerpt(self, characters: int) -> str:
        # Parsing is the cost; what lies far behind cannot show. A spoiler cut open hides its rest.
        return excerpt(self.shown.source[: 8 * characters], characters=characters)
