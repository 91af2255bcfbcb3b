"""Writing, changing and taking back what a member says. Each act is one transaction, stored or not at all.

The same transaction stores the orders to translate and runs the screening; workers are woken once it is stored.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts.models import Member
from accounts.permissions import can_post
from films.models import Title
from films.services.merging import hold_standing
from filmsite.lib.text import render_review
from reviews.copydetect.paste_signal import PasteSignal
from reviews.models import Draft, Matter, Review, ReviewState, Revision
from reviews.permissions import can_edit, can_reply, can_undo_withdrawal, can_withdraw
from reviews.services.announcing import announce, announce_mentions
from reviews.services.ending import close_cases_of, note_edit, reopen_cases_of
from reviews.services.flagging import order_flagging
from reviews.services.indexing import note_text
from reviews.services.mentions import note_mentions
from reviews.services.pacing import check_pace, links_in
from reviews.services.screening import Said, screen_review
from reviews.services.translating import order_translations
from reviews.sources import source_hash_of
from reviews.subjects import Subject, about, forget_pages_about, takes_verdict

# The same words by the same member in the same place within this time are one message sent twice.
SENT_TWICE_WITHIN = timedelta(minutes=10)


class StaleEdit(Exception):
    """The text was changed since the form was made; `current` is how it stands now. Nothing was overwritten."""

    def __init__(self, current: Review) -> None:
        super().__init__(f"review {current.pk} is at revision {current.revision_number}")
        self.current = current


@transaction.atomic
def publish_review(
    *,
    author: Member,
    subject: Subject,
    body: str,
    language: str,
    is_opinion: bool = False,
    verdict: int | None = None,
    headline: str = "",
    is_spoiler: bool = False,
    parent: Review | None = None,
    may_translate: bool = True,
    written_at: datetime | None = None,
    paste: PasteSignal | None = None,
    declared_own: bool = False,
    own_words_url: str = "",
) -> Review:
    """Store a message with its first revision, its translation orders, its screening and the news of it.

    `verdict` is in half stars (1 to 10) and like `headline` only kept for an opinion; a reply is never one, and a person
    takes no verdict. `paste` is what the browser said about pasted text, `declared_own` what the author said
    of whose words they are, and `own_words_url` where they published them before. Sending
    the same twice gives the first back. Nobody is told of an older text, which has a `written_at`. A message about a
    title that became one with another goes there: `Review.title_id` says where. Raises PermissionDenied for a member
    who may not write, when `parent` cannot be answered any more, or when the title is gone.
    """
    subject = _hold_subject(subject)
    author = _lock_writer(author)
    if parent is not None:
        parent = Review.objects.select_for_update(no_key=True).get(pk=parent.pk)
        if not parent.is_about(subject) or not can_reply(author, parent):
            raise PermissionDenied("This message cannot be answered.")
        is_opinion = False
    if not is_opinion:
        headline = ""
    if not (is_opinion and takes_verdict(subject)):
        verdict = None
    now = timezone.now()
    is_news = written_at is None
    written_at = written_at or now
    source_hash = source_hash_of(body=body, headline=headline, language=language, is_opinion=is_opinion)
    twin = Review.objects.about(subject).filter(
        author=author,
        parent=parent,
        source_hash=source_hash,
        state=ReviewState.PUBLISHED,
        created_at__gt=written_at - SENT_TWICE_WITHIN,
        created_at__lte=written_at,
    )
    if (already := twin.first()) is not None:
        _forget_draft(author, subject, parent=parent)
        return already

    if is_news:
        _keep_pace(author, body, is_opinion=is_opinion)
    review = Review.objects.create(
        **about(subject),
        author=author,
        parent=parent,
        root_id=(parent.root_id or parent.pk) if parent else None,
        body=body,
        html=render_review(body, headings=is_opinion),
        language=language,
        source_hash=source_hash,
        is_opinion=is_opinion,
        verdict=verdict,
        headline=headline,
        is_spoiler=is_spoiler,
        may_translate=may_translate,
        created_at=written_at,
    )
    revision = add_revision(review, written_at)
    order_translations(review=review)
    note_text(review)
    screen_review(review, revision, Said(paste, declared_own, own_words_url))
    order_flagging(Matter.REVIEW, review.pk)
    note_mentions(review)
    if is_news:
        announce(review)
    _forget_draft(author, subject, parent=parent)
    forget_pages_about(subject)
    return review


@transaction.atomic
def edit_review(
    *,
    review: Review,
    editor: Member,
    version: int,
    body: str,
    language: str,
    is_opinion: bool = False,
    verdict: int | None = None,
    headline: str = "",
    is_spoiler: bool = False,
    may_translate: bool = True,
    paste: PasteSignal | None = None,
    declared_own: bool = False,
    own_words_url: str = "",
) -> Review:
    """Change a text; new words become a new revision and call for new translations, old ones vanish at once.

    `version` is the revision the editor saw. Raises StaleEdit when there is a newer one, PermissionDenied when the
    editor may not change this text (any more); then nothing changes.
    """
    editor = _lock_writer(editor)
    current = _locked(review)
    if not can_edit(editor, current):
        raise PermissionDenied("This text cannot be changed.")
    if current.parent_id is not None or not is_opinion:
        is_opinion, headline, verdict = False, "", None
    if not takes_verdict(current.subject):
        verdict = None
    now = timezone.now()
    source_hash = source_hash_of(body=body, headline=headline, language=language, is_opinion=is_opinion)
    has_new_words = source_hash != current.source_hash
    # The same words are no conflict: most likely one form sent twice.
    if current.revision_number != version and has_new_words:
        raise StaleEdit(current)
    was_opinion = current.is_opinion
    current.is_opinion, current.verdict, current.headline = is_opinion, verdict, headline
    current.is_spoiler, current.may_translate = is_spoiler, may_translate
    check_pace(editor, "opinion", number=is_opinion and not was_opinion)
    check_pace(editor, "link", number=links_in(body) - links_in(current.body))
    if has_new_words:
        current.body, current.language, current.source_hash = body, language, source_hash
        current.html = render_review(body, headings=is_opinion)
        current.revision_number += 1
        current.edited_at, current.is_shortened = now, False
    current.save()
    order_translations(review=current)
    if has_new_words:
        note_edit(review=current)
        note_text(current)
        screen_review(current, add_revision(current, now), Said(paste, declared_own, own_words_url))
        order_flagging(Matter.REVIEW, current.pk)
        note_mentions(current)
        announce_mentions(current)
    _forget_draft(editor, current.subject, review=current)
    forget_pages_about(current.subject)
    return current


@transaction.atomic
def withdraw_review(*, review: Review, author: Member) -> Review:
    """Take a text back; its place stays. Withdrawing twice changes nothing. Raises PermissionDenied for others."""
    current = _locked(review)
    if current.state == ReviewState.WITHDRAWN and current.author_id == author.pk:
        return current
    if not can_withdraw(author, current):
        raise PermissionDenied("This text cannot be taken back.")
    current.state, current.withdrawn_at = ReviewState.WITHDRAWN, timezone.now()
    current.save(update_fields=["state", "withdrawn_at"])
    close_cases_of(current)
    forget_pages_about(current.subject)
    return current


@transaction.atomic
def undo_withdrawal(*, review: Review, author: Member) -> Review:
    """Put a text back that its author took away less than a day ago. Raises PermissionDenied after that."""
    author = _lock_writer(author)
    current = _locked(review)
    if current.state == ReviewState.PUBLISHED and current.author_id == author.pk:
        return current
    if not can_undo_withdrawal(author, current):
        raise PermissionDenied("It is too late to put this text back.")
    current.state, current.withdrawn_at = ReviewState.PUBLISHED, None
    current.save(update_fields=["state", "withdrawn_at"])
    reopen_cases_of(current)
    # Taken back before a worker came to it, it was not looked at.
    order_flagging(Matter.REVIEW, current.pk)
    order_translations(review=current)
    forget_pages_about(current.subject)
    return current


def save_draft(
    *,
    member: Member,
    subject: Subject,
    fields: Mapping[str, str],
    parent: Review | None = None,
    review: Review | None = None,
) -> Draft | None:
    """Keep what a member is writing; None, and no draft, when nothing is left or the words already stand published.

    The second happens when a save was under way while the member pressed the button.
    """
    place: dict[str, Any] = {**about(subject), "member": member, "parent": parent, "review": review}
    words = fields.get("body", "").replace("\r\n", "\n").rstrip()
    if review is not None:
        stands = review.body == words and review.headline == fields.get("headline", "").strip()
    else:
        mine = Review.objects.about(subject).filter(author=member, parent=parent)
        stands = mine.filter(created_at__gt=timezone.now() - SENT_TWICE_WITHIN, body=words).exists()
    if stands or not (words or fields.get("headline", "").strip()):
        Draft.objects.filter(**place).delete()
        return None
    return Draft.objects.update_or_create(**place, defaults={"fields": dict(fields)})[0]


def _hold_subject(subject: Subject) -> Subject:
    """Where a message about the subject belongs now; a merge of that title waits for this transaction."""
    if not isinstance(subject, Title):
        return subject
    standing = hold_standing(subject)
    if standing is None:
        raise PermissionDenied("This title is gone.")
    return standing


def _lock_writer(member: Member) -> Member:
    """The member as they are now, held: a suspension, or a second click of theirs, waits for this transaction."""
    member = Member.objects.select_for_update(no_key=True).get(pk=member.pk)
    if not can_post(member):
        raise PermissionDenied("This member may not write now.")
    return member


def _keep_pace(author: Member, body: str, *, is_opinion: bool) -> None:
    """Raise TooMuchToday when the text is more than its author, who is held, may write within a day."""
    check_pace(author, "message")
    check_pace(author, "opinion", number=is_opinion)
    check_pace(author, "link", number=links_in(body))


def _locked(review: Review) -> Review:
    return Review.objects.select_for_update(of=("self",), no_key=True).with_subject().get(pk=review.pk)


def add_revision(review: Review, at: datetime) -> Revision:
    """Keep the words of a text as they stand now under its number."""
    return Revision.objects.create(
        review=review,
        number=review.revision_number,
        headline=review.headline,
        body=review.body,
        language=review.language,
        source_hash=review.source_hash,
        created_at=at,
    )


def _forget_draft(
    member: Member, subject: Subject, *, parent: Review | None = None, review: Review | None = None
) -> None:
    Draft.objects.filter(**about(subject), member=member, parent=parent, review=review).delete()
