"""Better words for one sentence of a translation: suggested, decided about, taken back.

What is accepted shows at once: the translation is put together again from its sentences in the same transaction, without
any engine (`translating.recompose`). Whoever touches a text's translations holds the text first, as an edit does.
"""

from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from accounts.models import Member
from accounts.permissions import is_moderator
from films.models import Person, Title
from reviews.correcting.permissions import (
    can_decide_correction,
    can_overrule_correction,
    can_suggest,
    can_withdraw_correction,
    decides_alone,
    is_author_of,
    section_of,
)
from reviews.correcting.querysets import CorrectionQuerySet
from reviews.correcting.side_by_side import Sentence, sentences_of
from reviews.models import (
    Correction,
    LogEntry,
    Notification,
    NotificationKind,
    OfText,
    Translation,
    TranslationStatus,
)
from reviews.services.notifying import notify
from reviews.services.translating import recompose
from reviews.sources import Source, source_behind, with_sources
from reviews.subjects import about

# For so long whoever decided may take the decision back.
UNDO_WITHIN: Final = timedelta(minutes=15)
_PROPOSED, _ACCEPTED = Correction.State.PROPOSED, Correction.State.ACCEPTED
_DECLINED, _REPLACED = Correction.State.DECLINED, Correction.State.REPLACED


class CorrectionError(Exception):
    """Nothing was done; the message is a code: "stale", "state", "rights", "same", "late"."""


@transaction.atomic
def suggest_correction(
    *, member: Member, translation: Translation, number: int, seen: str, text: str
) -> Correction:
    """Suggest better words for a sentence of a translation, one of Markdown; of whom they hold at once, they hold.

    `number` is the sentence's place and `seen` its `Sentence.seen`, as the member saw it. A second suggestion for the
    same sentence takes the place of the member's first one that waits. Raises CorrectionError: "stale" where the
    sentence is another one now, "same" where these words stand there, "rights" for who may not write (any more).
    """
    row, source = hold_translation(translation)
    if not can_suggest(member, row):
        raise CorrectionError("rights")
    sentence = _sentence(row, number)
    if sentence is None or sentence.seen != seen:
        raise CorrectionError("stale")
    if sentence.text == text:
        raise CorrectionError("same")
    place = {**source.about, "target": row.target, "sentence": sentence.source}
    waiting = Correction.objects.select_for_update().filter(**place, by=member, state=_PROPOSED).first()
    correction = waiting or Correction(**place, by=member, source_language=row.source_language)
    correction.before, correction.text, correction.made_at = sentence.text, text, timezone.now()
    correction.save()
    if decides_alone(member, source, row.target):
        _accept(correction, source, by=member)
        _log(correction, source, by=member, verb="reviews.correction.made")
    _tell_author(correction, source)
    return correction


@transaction.atomic
def decide_correction(
    *, correction: Correction, member: Member, accept: bool, reason: str = ""
) -> Correction:
    """Accept what waits, or decline it with a reason, and tell who suggested it.

    The author and moderators may decline what stands as well: the words that stood before it come back. Raises
    CorrectionError: "state" where it was decided or taken back meanwhile, "rights" where it is for somebody else.
    """
    correction, source = _held(correction)
    stands = correction.state == _ACCEPTED and not accept
    if correction.state != _PROPOSED and not stands:
        raise CorrectionError("state")
    may = can_overrule_correction if stands else can_decide_correction
    if not may(member, correction):
        raise CorrectionError("rights")
    if accept:
        _accept(correction, source, by=member)
        if not is_author_of(member, source):
            _tell_author(correction, source)
    else:
        correction.state, correction.reason = _DECLINED, reason
        correction.decided_by, correction.decided_at = member, timezone.now()
        correction.save(update_fields=["state", "reason", "decided_by", "decided_at"])
        if stands:
            _bring_back(correction, source)
    verb = "reviews.correction.accepted" if accept else "reviews.correction.declined"
    _log(correction, source, by=member, verb=verb)
    _tell_suggester(correction, source, decider=member)
    return correction


@transaction.atomic
def withdraw_correction(*, correction: Correction, member: Member) -> Correction:
    """Take one's own suggestion back while it waits. Raises CorrectionError: "state" where it was decided meanwhile."""
    correction, _source = _held(correction)
    if not can_withdraw_correction(member, correction):
        raise CorrectionError("state")
    correction.state = Correction.State.WITHDRAWN
    correction.save(update_fields=["state"])
    return correction


@transaction.atomic
def undo_decision(*, correction: Correction, member: Member) -> Correction:
    """Take back one's own decision of the last minutes: the suggestion waits again, one's own is as if never made.

    Raises CorrectionError: "late" when it is too long ago or somebody decided since.
    """
    correction, source = _held(correction)
    if not can_undo_decision(member, correction):
        raise CorrectionError("late")
    stood = correction.state == _ACCEPTED
    own = correction.by_id == member.pk
    correction.state = Correction.State.WITHDRAWN if own else _PROPOSED
    correction.reason, correction.decided_by, correction.decided_at = "", None, None
    correction.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    if stood:
        _bring_back(correction, source)
    Notification.objects.filter(
        recipient=correction.by_id, key__startswith=_key_of_answers(correction)
    ).delete()
    _log(correction, source, by=member, verb="reviews.correction.undone")
    return correction


def can_undo_decision(member: Member, correction: Correction) -> bool:
    """Whether the decision is the member's own and young enough to be taken back. Asks nothing."""
    if correction.decided_by_id != member.pk or correction.decided_at is None:
        return False
    return correction.state in (_ACCEPTED, _DECLINED) and timezone.now() - correction.decided_at < UNDO_WITHIN


def hold_translation(translation: Translation) -> tuple[Translation, Source]:
    """A translation and the words it belongs to, as they are now, held until the transaction ends: the text first.

    Raises CorrectionError("stale") where it is of earlier words, or these are gone.
    """
    hold_text(translation)
    rows = with_sources(Translation.objects.select_for_update(of=("self",), no_key=True))
    row = rows.filter(pk=translation.pk).first()
    source = source_behind(row) if row is not None else None
    if row is None or source is None or row.source_hash != source.source_hash:
        raise CorrectionError("stale")
    return row, source


def hold_text(row: OfText) -> None:
    """Hold the text that a row belongs to, as an edit of it does; votes and other texts do not wait."""
    text = row._meta.get_field(row.kind).related_model
    pk = getattr(row, f"{row.kind}_id")
    text._base_manager.select_for_update(no_key=True).filter(pk=pk).first()  # type: ignore[union-attr]  # a foreign key's model


def _held(correction: Correction) -> tuple[Correction, Source]:
    hold_text(correction)
    rows = with_sources(Correction.objects.select_for_update(of=("self",), no_key=True))
    correction = rows.get(pk=correction.pk)
    source = source_behind(correction)
    if source is None:
        raise CorrectionError("state")
    return correction, source


def _sentence(row: Translation, number: int) -> Sentence | None:
    found = sentences_of(row.sentences)
    return found[number] if 0 <= number < len(found) else None


def _accept(correction: Correction, source: Source, *, by: Member) -> None:
    """Let it stand in place of whatever a person said of the sentence before."""
    _same_sentence(correction).filter(state=_ACCEPTED).exclude(pk=correction.pk).update(state=_REPLACED)
    for row in _standing_rows(correction, source):
        # What comes back with an undo is what stands now, not what stood when it was suggested.
        stood = [found.text for found in sentences_of(row.sentences) if found.source == correction.sentence]
        correction.before = stood[0] if stood else correction.before
    correction.state, correction.reason = _ACCEPTED, ""
    correction.decided_by, correction.decided_at = by, timezone.now()
    correction.save(update_fields=["before", "state", "reason", "decided_by", "decided_at"])
    _apply(correction, source)


def _bring_back(correction: Correction, source: Source) -> None:
    """Let stand what this one had taken the place of: what a person had said before it, else the engine's words."""
    earlier = _same_sentence(correction).filter(state=_REPLACED).order_by("-decided_at", "-pk").first()
    if earlier is not None:
        earlier.state = _ACCEPTED
        earlier.save(update_fields=["state"])
    _apply(correction, source)


def _same_sentence(correction: Correction) -> CorrectionQuerySet:
    return Correction.objects.filter(
        **{f"{correction.kind}_id": getattr(correction, f"{correction.kind}_id")},
        target=correction.target,
        sentence=correction.sentence,
    )


def _apply(correction: Correction, source: Source) -> None:
    """Let the translation show at once what stands now."""
    for row in _standing_rows(correction, source):
        recompose(translation=row)


def _standing_rows(correction: Correction, source: Source) -> list[Translation]:
    rows = Translation.objects.filter(
        **source.about, target=correction.target, source_hash=source.source_hash
    )
    return list(rows.exclude(status=TranslationStatus.SUPERSEDED).order_by("pk"))


def _log(correction: Correction, source: Source, *, by: Member, verb: str) -> None:
    """A line in the public log of what a moderator did as one; what authors and trusted members do is their own."""
    if not is_author_of(by, source) and is_moderator(by, section_of(source)):
        log_about(correction, source, by=by, verb=verb, reason=correction.reason)


def log_about(row: OfText, source: Source, *, by: Member, verb: str, reason: str = "") -> None:
    """A line in the public log about a text's translation; the words and their author's name stay out of it."""
    LogEntry.objects.create(
        verb=verb,
        section=section_of(source),
        reason=reason,
        review_number=row.review_id,
        title_number=source.subject.pk if isinstance(source.subject, Title) else None,
        person_number=source.subject.pk if isinstance(source.subject, Person) else None,
        moderator_number=by.pk,
    )


def _tell_author(correction: Correction, source: Source) -> None:
    """Of better words that wait, or that stand without their doing: of each once a day for a text and a language."""
    if source.author is None or source.author == correction.by:
        return
    news = "changed" if correction.state == _ACCEPTED else "proposed"
    notify(
        recipients=[source.author],
        kind=NotificationKind.WORDING,
        key=f"wording:{news}:{source.kind}:{source.pk}:{correction.target}:{timezone.localdate()}",
        actor=correction.by,
        detail={"news": news, "language": correction.target},
        **_about(correction, source),
    )


def _tell_suggester(correction: Correction, source: Source, *, decider: Member) -> None:
    if correction.by is None:
        return
    notify(
        recipients=[correction.by],
        kind=NotificationKind.WORDING,
        key=f"{_key_of_answers(correction)}{correction.state}",
        # A moderator decides for the site; the author in their own name.
        actor=decider if is_author_of(decider, source) else None,
        detail={"news": correction.state, "correction": correction.pk, "reason": correction.reason},
        **_about(correction, source),
    )


def _key_of_answers(correction: Correction) -> str:
    return f"wording:{correction.pk}:"


def _about(correction: Correction, source: Source) -> dict[str, Any]:
    return {"review": correction.review, **(about(source.subject) if source.subject is not None else {})}
