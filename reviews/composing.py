"""Putting the composer together: its form, the draft that waits for it, and the texts round it."""

from dataclasses import dataclass
from datetime import datetime
from types import EllipsisType
from typing import Any, Literal

from django.db.models import Subquery
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Member
from accounts.permissions import can_post
from films.models import Title
from filmsite.lib.fragments import key_of
from filmsite.lib.languages import same_language
from filmsite.lib.text import MAX_CHARACTERS, localise_html, render_review
from reviews.forms import ReviewForm, initial_from
from reviews.models import Draft, Review, Vote
from reviews.pasting import PasteNotice, paste_notice
from reviews.subjects import Subject, about, names_of, takes_verdict
from reviews.writing_languages import Fate, fate_of, languages_of, written_lately

Kind = Literal["write", "reply", "edit"]
# The fields a draft keeps, as they were typed.
DRAFT_FIELDS = (
    "body",
    "language",
    "language_sure",
    "is_spoiler",
    "is_opinion",
    "headline",
    "verdict",
    "may_translate",
    "version",
    "paste_signal",
    "notice_about",
    "own_words",
    "own_words_url",
    "cut",
)
# A box that was not ticked sends nothing.
_BOXES = ("is_spoiler", "is_opinion", "may_translate", "own_words")
# A draft may be longer than a message: too much is said when it is sent, and never cut.
MOST_DRAFT_CHARACTERS = 5 * MAX_CHARACTERS


@dataclass(slots=True)
class Composer:
    """A form to write with, in its place: a thread, in reply to a message, or changing a text."""

    kind: Kind
    author: Member
    subject: Subject
    form: ReviewForm
    parent: Review | None = None
    review: Review | None = None
    saved_at: datetime | None = None
    # Set where the text was changed since this form, or the draft in it, was made.
    conflict: Review | None = None
    preview: "Preview | None" = None
    # What is said about words that stand elsewhere too.
    pasting: PasteNotice | None = None
    # What a button of that notice has just done to the text, in words.
    mended: str = ""

    @property
    def uid(self) -> str:
        """The start of every id in this form; several forms may stand on one page."""
        place = self.parent or self.review or self.subject
        return f"{self.kind}-{place.pk}"

    @property
    def action(self) -> str:
        if self.parent:
            return reverse("reviews:review-reply", args=[self.parent.pk])
        if self.review:
            return reverse("reviews:review-edit", args=[self.review.pk])
        return self._address("review-write", "person-write")

    @property
    def draft_url(self) -> str:
        return self._address("draft-save", "person-draft-save")

    @property
    def check_url(self) -> str:
        return self._address("compose-check", "person-compose-check")

    @property
    def fragment(self) -> str:
        """The key of the drawn form (`filmsite.lib.fragments`); "" unless it is empty, as others' words are kept nowhere."""
        if self.kind != "write" or self.form.is_bound or self.saved_at:
            return ""
        form, consent = self.form, self.author.translation_consent
        return key_of("composer", self.uid, self.action, list(form.fields), form.initial, form.own, consent)

    @property
    def fate(self) -> Fate | None:
        """What will become of the text in other languages; None as long as there is no text."""
        if not str(self.form["body"].value() or "").strip():
            return None
        may_translate = bool(self.form["may_translate"].value())
        return fate_of(self.form.settled, may_translate=may_translate, author=self.author)

    @property
    def quotes_foreign_words(self) -> bool:
        """Whether the text quotes what it answers in another language than its author mostly writes."""
        if self.parent is None or same_language(self.parent.language, self.form.own[0]):
            return False
        return quotation_of(self.parent).split("\n", 1)[0] in str(self.form["body"].value() or "")

    def _address(self, of_title: str, of_person: str) -> str:
        name = of_title if isinstance(self.subject, Title) else of_person
        return reverse(f"reviews:{name}", args=[self.subject.pk])

    @property
    def prompt(self) -> str:
        """What an empty field asks."""
        if self.kind != "write":
            return ""
        return (
            _("What did you think of it?")
            if isinstance(self.subject, Title)
            else _("What do you think of their work?")
        )

    @property
    def may_be_opinion(self) -> bool:
        return "is_opinion" in self.form.fields

    @property
    def limit(self) -> int:
        return MAX_CHARACTERS

    @property
    def cut(self) -> str:
        """The words that buttons took out of the text."""
        return str(self.form["cut"].value() or "")

    @property
    def length(self) -> int:
        return len(str(self.form["body"].value() or ""))


@dataclass(frozen=True, slots=True)
class Preview:
    """How a text would look. `html` is sanitised and safe to mark as such."""

    html: str
    headline: str
    language: str


def composer_for(
    member: Member | None,
    subject: Subject,
    *,
    parent: Review | None = None,
    review: Review | None = None,
    data: QueryDict | None = None,
    quote: bool = False,
    vote: int | EllipsisType | None = ...,
) -> Composer | None:
    """The composer for a place, or None for nobody and for a member who may not write.

    Without `data` the member's draft is in it; for an opinion the verdict begins as their vote. At most two queries;
    a page that knows the member's `vote` already saves one.
    """
    if member is None or not can_post(member):
        return None
    initial = initial_from(review) if review else {}
    kept, saved_at, written = _known_of(member, subject, parent, review, with_draft=data is None)
    if data is None:
        if parent is not None and quote:
            initial["body"] = quotation_of(parent)
            if kept and initial["body"] not in kept.get("body", ""):
                kept["body"] = f"{initial['body']}{kept.get('body', '')}"
        if kept:
            # What the draft does not name was off.
            initial |= dict.fromkeys(_BOXES, False) | kept
        elif not (parent or review):
            initial["verdict"] = _vote_of(member, subject) if vote is ... else vote
    form = ReviewForm(
        data,
        initial=initial,
        auto_id=f"{_place(parent, review)}-%s",
        own=languages_of(member, written),
        names=names_of(subject),
        is_reply=bool(parent or (review and review.parent_id)),
        takes_verdict=takes_verdict(subject),
    )
    composer = Composer(_kind(parent, review), member, subject, form, parent, review, saved_at)
    if kept.get("own_words"):
        composer.pasting = paste_notice(None, about=str(kept.get("notice_about", "")), declared=True)
    if review and saved_at and str(kept.get("version", "")) != str(review.revision_number):
        composer.conflict = review
    return composer


def _known_of(
    member: Member, subject: Subject, parent: Review | None, review: Review | None, *, with_draft: bool
) -> tuple[dict[str, Any], datetime | None, list[str]]:
    """The fields of the draft that waits in a place, when it was saved, and what the member wrote in lately. One query."""
    known = Member.objects.filter(pk=member.pk).annotate(written=written_lately())
    if not with_draft:
        return {}, None, known.values_list("written", flat=True).get()
    draft = Draft.objects.filter(**about(subject), member=member, parent=parent, review=review)
    known = known.annotate(
        fields=Subquery(draft.values("fields")), saved_at=Subquery(draft.values("saved_at"))
    )
    fields, saved_at, written = known.values_list("fields", "saved_at", "written").get()
    kept = {name: value for name, value in (fields or {}).items() if name in DRAFT_FIELDS}
    return kept, saved_at, written


def _place(parent: Review | None, review: Review | None) -> str:
    return f"reply-{parent.pk}" if parent else f"edit-{review.pk}" if review else "write"


def _kind(parent: Review | None, review: Review | None) -> Kind:
    return "reply" if parent else "edit" if review else "write"


def _vote_of(member: Member, subject: Subject) -> int | None:
    if not isinstance(subject, Title):
        return None
    return Vote.objects.filter(member=member, title=subject).values_list("value", flat=True).first()


def quotation_of(review: Review) -> str:
    """The words of a message as a quotation that names and links them, ready to be answered below.

    Of a message that gives away the plot the whole quotation is a spoiler.
    """
    words = f"||{review.body.replace('||', '')}||" if review.is_spoiler else review.body
    name = review.author.shown_name if review.author.is_former else f"@{review.author.username}"
    lines = [f"[{name}]({review.get_absolute_url()}):", "", *words.split("\n")]
    return "".join(f"> {line}".rstrip() + "\n" for line in lines) + "\n"


def preview_of(form: ReviewForm) -> Preview:
    """The text as it would be shown, whatever else is wrong with the form. Needs `form.is_valid()` to have run."""
    data = form.cleaned_data
    body = data.get("body") or str(form["body"].value() or "")[:MAX_CHARACTERS]
    is_opinion = bool(data.get("is_opinion"))
    return Preview(
        html=localise_html(render_review(body, headings=is_opinion)),
        headline=str(data.get("headline", "")) if is_opinion else "",
        language=form.settled.language,
    )


def draft_fields(data: QueryDict) -> dict[str, str]:
    """What a draft keeps of a posted form."""
    return {name: str(data[name])[:MOST_DRAFT_CHARACTERS] for name in DRAFT_FIELDS if name in data}
