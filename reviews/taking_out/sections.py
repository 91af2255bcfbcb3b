"""Everything a member gave, section by section, as rows of plain values (`schema.py` says which).

Each section is a generator that reads its table in pieces. What is left out of an export, and why, is `LEFT_OUT`.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db.models import Model, Prefetch, QuerySet

from accounts.models import Block, Follow, Member, Mute, Part
from films.models import Proposal
from reviews.correcting.permissions import can_read_sentence
from reviews.models import (
    Appeal,
    BadTranslation,
    CaseEvent,
    CaseState,
    Correction,
    Draft,
    ListEntry,
    Measure,
    MemberExport,
    MemberImport,
    Notification,
    NotificationSetting,
    OwnWords,
    PastVote,
    Report,
    Review,
    Revision,
    Statement,
    SubjectFollow,
    TitleList,
    Translation,
    TranslationStatus,
    Viewing,
    Vote,
    WatchlistEntry,
)
from reviews.sources import source_of, with_sources
from reviews.taking_out.catalogue import AT_ONCE, Catalogue, with_titles
from reviews.taking_out.schema import (
    EntryRow,
    ListRow,
    PastVoteRow,
    ReviewRow,
    RevisionRow,
    TranslationRow,
    ViewingRow,
    VoteRow,
    WatchlistRow,
)

Section = Callable[[Member, Catalogue], Iterator[Any]]

# Tables that name a member and are in no export, with the reason. A test finds those that are in neither.
LEFT_OUT: Final[Mapping[str, str]] = {
    "accounts.Job.owner": "work of the staff on the catalogue",
    "accounts.Member_groups.member": "rights, given by the staff",
    "accounts.Member_user_permissions.member": "rights, given by the staff",
    "accounts.FormerName.member": "leads from a name that a moderator took away to the one that is in the file",
    "accounts.MemberTotals.member": "sums of what is in the file",
    "accounts.SignUpBar.made_by": "work of the staff",
    "accounts.Follow.followed": "others' choice",
    "accounts.Block.other": "others' choice, which the member never learns of",
    "accounts.Mute.other": "others' choice, which the member never learns of",
    "admin.LogEntry.user": "work of the staff",
    "films.Change.actor": "the public history of the catalogue; what the member proposed is in the file",
    "films.Lock.set_by": "work of the staff",
    "films.Merge.merged_by": "work of moderators",
    "films.Merge.undone_by": "work of moderators",
    "films.Proposal.decided_by": "work of moderators",
    "films.Title.plot_author": "follows from an accepted proposal, which is in the file",
    "films.Trivia.author": "follows from an accepted proposal, which is in the file",
    "reviews.Case.assigned_to": "work of moderators",
    "reviews.Case.author": "follows from what is the member's; what was decided about it is in the file",
    "reviews.Case.claimed_by": "work of moderators",
    "reviews.Case.member": "what was decided about the member is in the file",
    "reviews.Correction.member": "others' words; those that were accepted stand in the translation, which is in the file",
    "reviews.Correction.decided_by": "work of moderators, or an author's word on others' corrections",
    "reviews.Decision.moderator": "work of moderators",
    "reviews.KnownText.author": "fingerprints of texts that are in the file",
    "reviews.FlagRule.made_by": "work of the staff",
    "reviews.KnownText.registered_by": "work of moderators",
    "reviews.Measure.imposed_by": "work of moderators",
    "reviews.Measure.lifted_by": "work of moderators",
    "reviews.MemberMention.member": "others' texts",
    "reviews.MovedVote.member": "kept for the undoing of a merge; the member's newer vote is in the file",
    "reviews.Notification.actor": "others' notifications",
    "reviews.SetAsideVote.member": "`counted` of the vote says so",
    "reviews.Translation.corrected_by": "follows from an accepted correction, which is in the file",
}


def moment(at: datetime | None) -> str | None:
    """An instant as ISO 8601 in UTC: "2026-11-22T12:40:10Z"."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None


def _at(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _read(rows: QuerySet) -> Iterator[Any]:
    return rows.iterator(chunk_size=AT_ONCE)


def profile_of(member: Member) -> dict[str, Any]:
    """The member as they described themselves, with their settings. No secret: of a second factor only its kind."""
    addresses = EmailAddress.objects.filter(user=member).order_by("-primary", "id")
    factors = Authenticator.objects.filter(user=member).order_by("id")
    return {
        "username": member.username,
        "url": settings.FILMSITE_URL + member.get_absolute_url(),
        "about": member.about,
        "joined_at": _at(member.date_joined),
        "suspended_at": moment(member.suspended_at),
        "closing_at": moment(member.closing_at),
        "moderates": list(member.sections),
        "emails": [
            {"email": row.email, "is_verified": row.verified, "is_primary": row.primary} for row in addresses
        ],
        "second_factors": [
            {"kind": row.type, "made_at": _at(row.created_at), "last_used_at": moment(row.last_used_at)}
            for row in factors
        ],
        "interface_language": member.interface_language,
        "reads": list(member.reads),
        "translate_into": member.translate_into,
        "always_original": member.always_original,
        "translation_consent": member.translation_consent,
        "hides_scores": member.hides_scores,
        "privacy": {part.value: getattr(member, part.column) for part in Part},
        "approves_followers": member.approves_followers,
        "mail_rhythm": member.mail_rhythm,
        "feed_hides": list(member.feed_hides),
    }


def votes(member: Member, catalogue: Catalogue) -> Iterator[VoteRow]:
    for row in with_titles(_read(Vote.objects.filter(member=member).order_by("cast_at", "id")), catalogue):
        yield {
            "title": catalogue.title(row.title_id).work,
            "value": row.value,
            "cast_at": _at(row.cast_at),
            "changed_at": _at(row.changed_at),
            "counted": row.counted,
        }


def past_votes(member: Member, catalogue: Catalogue) -> Iterator[PastVoteRow]:
    rows = PastVote.objects.filter(member=member).order_by("ended_at", "id")
    for row in with_titles(_read(rows), catalogue):
        yield {
            "title": catalogue.title(row.title_id).work,
            "value": row.value,
            "given_at": _at(row.given_at),
            "ended_at": _at(row.ended_at),
            "withdrawn": row.withdrawn,
        }


def texts_of(member: Member) -> QuerySet[Review]:
    """The member's texts with all their states and translations, the oldest first."""
    return (
        Review.objects.filter(author=member)
        .order_by("created_at", "id")
        .prefetch_related("revisions", Prefetch("translations", _made()))
    )


def _made() -> QuerySet[Translation]:
    """Translations with words in them, whatever became of the text since."""
    statuses = [TranslationStatus.DONE, TranslationStatus.PARTIAL, TranslationStatus.SUPERSEDED]
    return Translation.objects.filter(status__in=statuses).exclude(body="").order_by("target", "id")


def reviews(member: Member, catalogue: Catalogue) -> Iterator[ReviewRow]:
    for row in with_titles(_read(texts_of(member)), catalogue):
        yield {
            "id": row.pk,
            "url": settings.FILMSITE_URL + row.get_absolute_url(),
            "title": catalogue.work(row.title_id),
            "person": catalogue.person(row.person_id),
            "parent": row.parent_id,
            "state": row.state,
            "is_opinion": row.is_opinion,
            "verdict": row.verdict,
            "headline": row.headline,
            "body": row.body,
            "language": row.language,
            "is_spoiler": row.is_spoiler,
            "may_translate": row.may_translate,
            "written_at": _at(row.created_at),
            "edited_at": moment(row.edited_at),
            "withdrawn_at": moment(row.withdrawn_at),
            "revisions": [_revision(revision) for revision in row.revisions.all()],
            "translations": [
                _translation(translation, row.source_hash) for translation in row.translations.all()
            ],
        }


def _revision(row: Revision) -> RevisionRow:
    return {
        "number": row.number,
        "headline": row.headline,
        "body": row.body,
        "language": row.language,
        "written_at": _at(row.created_at),
    }


def _translation(row: Translation, current: str) -> TranslationRow:
    return {
        "source_language": row.source_language,
        "language": row.target,
        "headline": row.headline,
        "body": row.body,
        "engine": row.engine,
        "made_at": moment(row.finished_at),
        "is_complete": row.status != TranslationStatus.PARTIAL,
        "of_current": row.source_hash == current,
    }


def viewings(member: Member, catalogue: Catalogue) -> Iterator[ViewingRow]:
    for row in with_titles(
        _read(Viewing.objects.filter(member=member).order_by("logged_at", "id")), catalogue
    ):
        yield {
            "title": catalogue.title(row.title_id).work,
            "seen_on": row.seen_on.isoformat() if row.seen_on else None,
            "is_rewatch": row.is_rewatch,
            "value": row.value,
            "place": row.place,
            "tags": list(row.tags),
            "note": row.note,
            "review": row.review_id,
            "logged_at": _at(row.logged_at),
        }


def watchlist(member: Member, catalogue: Catalogue) -> Iterator[WatchlistRow]:
    rows = WatchlistEntry.objects.filter(member=member).order_by("added_at", "id")
    for row in with_titles(_read(rows), catalogue):
        yield {"title": catalogue.title(row.title_id).work, "added_at": _at(row.added_at)}


def lists(member: Member, catalogue: Catalogue) -> Iterator[ListRow]:
    owned = TitleList.objects.filter(owner=member).select_related("owner").order_by("created_at", "id")
    for row in owned.prefetch_related(Prefetch("translations", _made())):
        entries = ListEntry.objects.filter(list=row).order_by("position", "id")
        yield {
            "id": row.pk,
            "kind": row.kind,
            "name": row.name,
            "description": row.description,
            "tags": list(row.tags),
            "is_ranked": row.is_ranked,
            "audience": row.audience,
            "is_removed": row.is_removed,
            "created_at": _at(row.created_at),
            "changed_at": _at(row.changed_at),
            "entries": [_entry(entry, catalogue) for entry in with_titles(_read(entries), catalogue)],
            "translations": [_translation(made, _hash_of(row)) for made in row.translations.all()],
        }


def _entry(row: ListEntry, catalogue: Catalogue) -> EntryRow:
    return {
        "position": row.position,
        "title": catalogue.title(row.title_id).work,
        "note": row.note,
        "added_at": _at(row.added_at),
    }


def drafts(member: Member, catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    for row in with_titles(_read(Draft.objects.filter(member=member).order_by("id")), catalogue):
        yield {
            "title": catalogue.work(row.title_id),
            "person": catalogue.person(row.person_id),
            # The message that it answers, or that it changes.
            "parent": row.parent_id,
            "review": row.review_id,
            "fields": row.fields,
            "saved_at": _at(row.saved_at),
        }


def follows(member: Member, catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    for row in _read(Follow.objects.filter(follower=member).select_related("followed").order_by("id")):
        yield {
            "username": row.followed.shown_name,
            "asked_at": _at(row.asked_at),
            "accepted_at": moment(row.accepted_at),
        }


def followed_threads(member: Member, catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    for row in with_titles(_read(SubjectFollow.objects.filter(member=member).order_by("id")), catalogue):
        yield {
            "title": catalogue.work(row.title_id),
            "person": catalogue.person(row.person_id),
            "followed_at": _at(row.followed_at),
            "seen_at": _at(row.seen_at),
        }


def blocks(member: Member, catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    for row in _read(Block.objects.filter(member=member).select_related("other").order_by("id")):
        yield {"username": row.other.shown_name, "made_at": _at(row.made_at)}


def mutes(member: Member, catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    for row in _read(Mute.objects.filter(member=member).select_related("other").order_by("id")):
        yield {"username": row.other.shown_name, "made_at": _at(row.made_at)}


def notification_settings(member: Member, catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    for row in NotificationSetting.objects.filter(member=member).order_by("kind"):
        yield {"kind": row.kind, "channel": row.channel}


def notifications(member: Member, catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    rows = Notification.objects.filter(recipient=member).select_related("actor").order_by("id")
    for row in with_titles(_read(rows), catalogue):
        yield {
            "kind": row.kind,
            "by": row.actor.shown_name if row.actor else None,
            "title": catalogue.work(row.title_id),
            "person": catalogue.person(row.person_id),
            "review": row.review_id,
            "made_at": _at(row.made_at),
            "read_at": moment(row.read_at),
            "mailed_at": moment(row.mailed_at),
        }


def decisions(member: Member, catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    """Statements of reasons: what was decided about the member. Who decided, and who reported, is theirs to tell."""
    rows = (
        Statement.objects.filter(recipient=member).select_related("decision__case", "measure").order_by("id")
    )
    for row in _read(rows):
        yield {
            "decision": row.decision_id,
            "case": row.decision.case_id,
            "about": row.decision.case.matter,
            "verdict": row.decision.verdict,
            "rule": row.decision.rule,
            "reason": row.decision.reason,
            "measure": row.measure.kind if row.measure else None,
            "found_by": row.found_by,
            "text": row.text,
            "sent_at": _at(row.sent_at),
            "appeal_until": moment(row.appeal_until),
            "read_at": moment(row.read_at),
        }


def answers(member: Member, catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    """What the member and the moderators wrote to each other about what is the member's. Moderators have no name in it."""
    kinds = [CaseEvent.Kind.ANSWER, CaseEvent.Kind.MESSAGE]
    rows = CaseEvent.objects.filter(case__author=member, kind__in=kinds).exclude(text="").order_by("id")
    for row in _read(rows):
        yield {
            "case": row.case_id,
            "from": "member" if row.kind == CaseEvent.Kind.ANSWER else "moderator",
            "text": row.text,
            "written_at": _at(row.at),
        }


def measures(member: Member, catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    """Warnings, slower paces and suspensions. Who imposed and who lifted them is theirs to tell."""
    for row in _read(Measure.objects.filter(member=member).order_by("id")):
        yield {
            "kind": row.kind,
            "decision": row.decision_id,
            "rule": row.rule,
            "reason": row.reason,
            "starts_at": _at(row.starts_at),
            "ends_at": moment(row.ends_at),
            "lifted_at": moment(row.lifted_at),
            "is_annulled": row.is_annulled,
        }


def appeals(member: Member, catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    for row in _read(Appeal.objects.filter(author=member).select_related("case").order_by("id")):
        yield {
            "decision": row.decision_id,
            "text": row.text,
            "is_counter_notice": row.is_counter_notice,
            "filed_at": _at(row.filed_at),
            "state": row.case.state,
        }


def reports(member: Member, catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    """What the member reported, in their own words; of what they reported only what it is."""
    for row in _read(Report.objects.filter(reporter=member).select_related("case", "part").order_by("id")):
        about = row.part or row.case
        yield {
            "about": about.matter,
            "review": about.review_id,
            "kind": about.kind,
            "text": row.text,
            "source_url": row.source_url,
            "outcome": row.outcome,
            "state": (row.case if about.state == CaseState.MERGED else about).state,
            "reported_at": _at(row.made_at),
        }


def own_words(member: Member, catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    """What the member said to be their own words."""
    for row in _read(OwnWords.objects.filter(author=member).order_by("id")):
        yield {
            "review": row.review_id,
            "url": row.url,
            "state": row.state,
            "said_at": _at(row.said_at),
            "settled_at": moment(row.settled_at),
        }


def corrections(member: Member, catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    """Better translations that the member suggested, of their own texts and of others'. Who decided is theirs to tell.

    Others' words are given only where the member may read them still.
    """
    for row in _read(with_sources(Correction.objects.filter(by=member)).order_by("id")):
        may_read = can_read_sentence(member, row)
        yield {
            "of": row.kind,
            "of_id": getattr(row, f"{row.kind}_id"),
            "source_language": row.source_language,
            "language": row.target,
            "sentence": row.sentence if may_read else "",
            "before": row.before if may_read else "",
            "text": row.text,
            "state": row.state,
            "reason": row.reason,
            "made_at": _at(row.made_at),
            "decided_at": moment(row.decided_at),
        }


def bad_translations(member: Member, catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    """Translations that the member reported as bad."""
    rows = BadTranslation.objects.filter(member=member).select_related("translation").order_by("id")
    for row in _read(rows):
        yield {
            "of": row.translation.kind,
            "of_id": getattr(row.translation, f"{row.translation.kind}_id"),
            "source_language": row.translation.source_language,
            "language": row.translation.target,
            "engine": row.engine,
            "reason": row.reason,
            "note": row.note,
            "made_at": _at(row.made_at),
            "settled_at": moment(row.settled_at),
        }


def about_translations(member: Member, catalogue: Catalogue) -> Iterator[TranslationRow]:
    """What the member says of themselves, in other languages."""
    for row in _made().filter(member=member):
        yield _translation(row, _hash_of(member))


def _hash_of(text: TitleList | Member) -> str:
    """Of the words as they stand; of texts without a column for it."""
    source = source_of(text)
    return source.source_hash if source else ""


def proposals(member: Member, catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    rows = Proposal.objects.filter(author=member).prefetch_related("changes").order_by("id")
    for row in with_titles(_read(rows), catalogue):
        yield {
            "id": row.pk,
            "title": catalogue.work(row.title_id),
            "person": catalogue.person(row.person_id),
            "adds": row.adds,
            "ground": row.ground,
            "changes": [
                {"field": change.field, "old": change.old, "new": change.new, "state": change.state}
                for change in row.changes.all()
            ],
            "source": row.source,
            "note": row.note,
            "state": row.state,
            "reply": row.reply,
            "proposed_at": _at(row.created_at),
            "decided_at": moment(row.decided_at),
        }


def imports(member: Member, catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    for row in MemberImport.objects.filter(member=member).defer("lists").order_by("id"):
        yield {
            "source": row.source,
            "state": row.state,
            "file_name": row.file_name,
            "counts": row.counts,
            "uploaded_at": _at(row.uploaded_at),
            "committed_at": moment(row.committed_at),
            "undone_at": moment(row.undone_at),
        }


def exports(member: Member, catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    for row in MemberExport.objects.filter(member=member).defer("content").order_by("id"):
        yield {"ordered_at": _at(row.ordered_at), "ready_at": moment(row.ready_at), "size": row.size}


def sessions(member: Member, catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    for row in UserSession.objects.filter(user=member).order_by("id"):
        yield {
            "ip": row.ip,
            "user_agent": row.user_agent,
            "began_at": _at(row.created_at),
            "last_seen_at": moment(row.last_seen_at),
        }


# In the order of the file. Each section with the tables and columns that lead from it to the member.
SECTIONS: Final[Mapping[str, Section]] = {
    "votes": votes,
    "past_votes": past_votes,
    "reviews": reviews,
    "viewings": viewings,
    "watchlist": watchlist,
    "lists": lists,
    "drafts": drafts,
    "follows": follows,
    "followed_threads": followed_threads,
    "blocks": blocks,
    "mutes": mutes,
    "notification_settings": notification_settings,
    "notifications": notifications,
    "decisions": decisions,
    "answers": answers,
    "measures": measures,
    "appeals": appeals,
    "reports": reports,
    "own_words": own_words,
    "corrections": corrections,
    "bad_translations": bad_translations,
    "about_translations": about_translations,
    "proposals": proposals,
    "imports": imports,
    "exports": exports,
    "sessions": sessions,
}
# Where the rows of the file come from: with `LEFT_OUT` every column that leads to a member.
SOURCES: Final[Mapping[str, tuple[tuple[type[Model], str], ...]]] = {
    "profile": ((EmailAddress, "user"), (Authenticator, "user")),
    "votes": ((Vote, "member"),),
    "past_votes": ((PastVote, "member"),),
    "reviews": ((Review, "author"),),
    "viewings": ((Viewing, "member"),),
    "watchlist": ((WatchlistEntry, "member"),),
    "lists": ((TitleList, "owner"),),
    "drafts": ((Draft, "member"),),
    "follows": ((Follow, "follower"),),
    "followed_threads": ((SubjectFollow, "member"),),
    "blocks": ((Block, "member"),),
    "mutes": ((Mute, "member"),),
    "notification_settings": ((NotificationSetting, "member"),),
    "notifications": ((Notification, "recipient"),),
    "decisions": ((Statement, "recipient"),),
    "answers": ((CaseEvent, "actor"),),
    "measures": ((Measure, "member"),),
    "appeals": ((Appeal, "author"),),
    "reports": ((Report, "reporter"),),
    "own_words": ((OwnWords, "author"),),
    "corrections": ((Correction, "by"),),
    "bad_translations": ((BadTranslation, "member"),),
    "about_translations": ((Translation, "member"),),
    "proposals": ((Proposal, "author"),),
    "imports": ((MemberImport, "member"),),
    "exports": ((MemberExport, "member"),),
    "sessions": ((UserSession, "user"),),
}
