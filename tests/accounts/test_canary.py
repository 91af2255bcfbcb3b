"""The canary: unmistakable words everywhere a member can put any, and after they left a search of all there is.

Every text, JSON and byte column of every table, the files and the cache are searched, so a table that comes later and
forgets to say what becomes of it is found here.
"""

import base64
import json
import zlib
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from itertools import count
from typing import Any
from zipfile import ZipFile

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks
from pytest_django.fixtures import Settings

from accounts.models import Block, DemoMail, Follow, Job, Member, Mute
from accounts.services.closing import close_account, erase_due_accounts
from films.models import Change, Merge, Proposal
from reviews.models import (
    Appeal,
    BadTranslation,
    Case,
    CaseEvent,
    Correction,
    Decision,
    Draft,
    Evidence,
    ImportFile,
    ImportRow,
    Measure,
    MemberExport,
    MemberImport,
    MemberMention,
    MovedVote,
    Notification,
    NotificationSetting,
    OwnWords,
    PastVote,
    Report,
    Review,
    Revision,
    Segment,
    SetAsideVote,
    Snapshot,
    Statement,
    SubjectFollow,
    Translation,
    WatchlistEntry,
)
from reviews.services.publishing import publish_review
from reviews.services.taking_out import order_export, write_export
from reviews.services.translating import translate
from reviews.sources import source_of
from tests.factories import make_list, make_member, make_review, make_title, make_viewing, make_vote

pytestmark = pytest.mark.django_db

NAME, ADDRESS = "zanzibarquux", "quuxflorp@example.org"
# Where a canary may still be found, and why. "kept" are the texts that the member left.
ALLOWED = {
    "reviews_review.body: others call them": "words of others, who may say whom they answered",
    "reviews_review.html: others call them": "the same as HTML",
    "reviews_revision.body: others call them": "the same, as it was written",
    "reviews_translation.body: others call them": "what was made of it",
    "reviews_translation.html: others call them": "the same as HTML",
    "reviews_translation.sentences: others call them": "the same, sentence by sentence",
    "reviews_segment.text: others call them": "the same in the memory",
    "films_title.plot: a fact": "a fact that was accepted belongs to the catalogue",
    "films_change.new: a fact": "its history, without who",
    "films_proposedchange.new: a fact": "what was proposed and accepted, without who",
    "films_proposal.source: a fact": "where the fact can be checked",
    "reviews_correction.text: taken suggestion": "better words that were taken belong to the translation of somebody else's text",
}
KEPT_TEXTS = {
    "reviews_review.body: kept",
    "reviews_review.html: kept",
    "reviews_review.headline: kept",
    "reviews_revision.body: kept",
    "reviews_revision.headline: kept",
    "reviews_translation.body: kept",
    "reviews_translation.html: kept",
    "reviews_translation.headline: kept",
    "reviews_translation.sentences: kept",
    "reviews_correction.sentence: kept",
    "reviews_evidence.source_excerpt: kept",
    "reviews_snapshot.text: kept",
    "reviews_snapshot.digest: digest",
    "reviews_segment.text: kept",
}


class Canaries:
    """Words that occur nowhere else, each remembered with the place it was put in."""

    def __init__(self) -> None:
        self.places = {NAME: "username", "quuxflorp": "e-mail"}
        self._numbers = count(1)

    def word(self, place: str) -> str:
        word = f"canary{'abcdefghijklmnopqrst'[next(self._numbers) // 10]}{next(self._numbers)}zyx"
        self.places[word] = place
        return word

    def found_in(self, text: str) -> set[str]:
        lowered = text.lower()
        return {place for word, place in self.places.items() if word in lowered}


def everything_stored() -> Iterator[tuple[str, str]]:
    """Every value that could hold words, with where it stands: "table.column"."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT table_name, column_name, udt_name FROM information_schema.columns
            JOIN information_schema.tables USING (table_schema, table_name)
            WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
                AND udt_name IN ('text', 'varchar', 'bpchar', 'json', 'jsonb', 'bytea', 'inet', '_text', '_varchar', 'xml')
            ORDER BY 1, 2
            """
        )
        columns = cursor.fetchall()
        assert len(columns) > 150
        for table, column, kind in columns:
            value = column if kind == "bytea" else f'"{column}"::text'
            cursor.execute(f'SELECT {value} FROM "{table}" WHERE "{column}" IS NOT NULL')  # noqa: S608  (names of the catalogue)
            for (found,) in cursor.fetchall():
                yield f"{table}.{column}", unpacked(column, found)


def unpacked(column: str, value: Any) -> str:
    """What is inside: of a session its signed data, of an archive its files."""
    if isinstance(value, memoryview | bytes):
        raw = bytes(value)
        if raw.startswith(b"PK"):
            with ZipFile(BytesIO(raw)) as archive:
                return " ".join(archive.read(name).decode(errors="replace") for name in archive.namelist())
        return raw.decode(errors="replace")
    if column == "session_data":
        data = value.split(":")[0]
        packed = base64.urlsafe_b64decode(data.lstrip(".") + "===")
        return (zlib.decompress(packed) if data.startswith(".") else packed).decode()
    return value


def everything_found(canaries: Canaries) -> dict[str, set[str]]:
    """Where canaries are, in the database, in files (by name and content) and in the cache."""
    found: dict[str, set[str]] = {}

    def look(where: str, text: str) -> None:
        if places := canaries.found_in(text):
            found.setdefault(where, set()).update(places)

    for where, text in everything_stored():
        look(where, text)
    for path in stored_files(""):
        with default_storage.open(path) as file:
            look("media", f"{path} {file.read().decode(errors='replace')}")
    client = cache._cache.get_client(None)  # type: ignore[attr-defined]  # the one way to all keys
    for key in client.scan_iter("*"):
        look("cache", key.decode(errors="replace"))
        if client.type(key) == b"string":
            look("cache", client.get(key).decode(errors="replace"))
    return found


def stored_files(folder: str) -> Iterator[str]:
    try:
        folders, files = default_storage.listdir(folder or ".")
    except FileNotFoundError:
        return
    for name in files:
        yield f"{folder}/{name}".lstrip("/")
    for name in folders:
        yield from stored_files(f"{folder}/{name}".lstrip("/"))


@pytest.fixture(autouse=True)
def _a_translator(settings: Settings, tmp_path: object) -> None:
    settings.FILMSITE_TRANSLATION_ENGINES = ["reviews.translation.engines.dummy.DummyEngine"]
    settings.FILMSITE_TRANSLATION_TARGETS = ["en", "nl"]
    settings.MEDIA_ROOT = tmp_path
    settings.FILMSITE_KEPT_SECONDS = 60


@pytest.fixture
def canaries() -> Canaries:
    return Canaries()


@pytest.fixture
def leaver(canaries: Canaries, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> Member:
    """A member who has put words wherever there is a place for them."""
    with django_capture_on_commit_callbacks(execute=True):
        return fill(canaries)


def fill(canaries: Canaries) -> Member:
    word, now = canaries.word, timezone.now()
    other, moderator = make_member("other"), make_member("moderator", sections=["films"])
    member = make_member(
        NAME,
        email=ADDRESS,
        about=f"I like quiet films about the sea, and {word('about')}.",
        sections=["films"],
        is_staff=True,
    )
    key = f"members/{word('picture')}-192.webp"
    default_storage.save(key, ContentFile(b"picture"))
    Member.objects.filter(pk=member.pk).update(avatar=key)
    member.refresh_from_db()

    # Ways in.
    EmailAddress.objects.create(user=member, email=ADDRESS, primary=True, verified=True)
    EmailAddress.objects.create(user=member, email=f"{word('second address')}@example.org")
    Authenticator.objects.create(user=member, type="webauthn", data={"name": word("passkey")})
    client = Client()
    client.force_login(member)
    session = client.session
    session["note"] = word("session")
    session.save()
    UserSession.objects.update_or_create(
        session_key=session.session_key,
        defaults={"user": member, "ip": "203.0.113.77", "user_agent": word("browser")},
    )
    canaries.places["203.0.113.77"] = "address of the computer"
    DemoMail.objects.create(recipients=ADDRESS, subject=word("mail"), body=f"Dear {NAME}")

    # What they say.
    film = make_title("Heat")
    kept = publish_review(
        author=member,
        subject=film,
        body=f"The night of {word('kept')} goes on and on, and so does the music.",
        headline=f"About {word('kept')}",
        is_opinion=True,
        language="en",
    )
    for order in Translation.objects.filter(review=kept):
        translate(order.pk)
    assert Segment.objects.filter(text__contains="canary").exists(), "the memory has sentences of theirs"
    answered = publish_review(
        author=member, subject=make_title(), body=f"Answered: {word('kept')}", language="en"
    )
    publish_review(
        author=other,
        subject=answered.subject,
        body=f"Hello @{NAME}! {word('others call them')}",
        parent=answered,
        language="en",
    )
    Revision.objects.create(
        review=kept, number=0, body=word("earlier state"), language="en", source_hash="", created_at=now
    )
    make_review(film, member, word("taken back"), state="withdrawn")
    removed = make_review(film, member, word("removed"), state="removed")
    Draft.objects.create(member=member, title=film, fields={"body": word("draft")})

    # What they keep.
    vote = make_vote(film, member, 7)
    vote.value, vote.changed_at = 8, now
    vote.save()
    make_viewing(member, film, place=word("place"), tags=[word("tag")], note=word("note"), review=kept)
    WatchlistEntry.objects.create(member=member, title=film)
    made = make_list(
        member,
        film,
        name=f"The best films about {word('list')}",
        description=f"These are the films that I saw with {word('what a list is')}.",
        tags=[word("tag of a list")],
    )
    made.entries.update(note=word("note in a list"))
    merge = Merge.objects.create(kept=film, duplicate=make_title(), reason=word("merge"), merged_by=None)
    Merge.objects.filter(pk=merge.pk).update(reason="The same film")
    MovedVote.objects.create(
        merge=merge, member=member, title=merge.duplicate, value=3, cast_at=now, changed_at=now, gave_way=True
    )

    # Translations: of their list and of themselves, with sentences in the memory; what they corrected and reported.
    for number, source in enumerate(filter(None, (source_of(made), source_of(member)))):
        order = Translation.objects.create(
            **source.about,
            source_hash=source.source_hash,
            source_language="en",
            target="nl",
            next_attempt_at=now,
        )
        translate(order.pk)
        order.refresh_from_db()
        assert order.status == "done", (number, order.reason)
    of_kept = Translation.objects.filter(review=kept, status="done").first()
    assert of_kept
    about_words = {"source_language": "en", "target": of_kept.target, "made_at": now}
    for sentence in (of_kept.sentences[0]["source"], word("sentence of an earlier state")):
        Correction.objects.create(
            review=kept, by=other, sentence=sentence, text="Better.", state="accepted", **about_words
        )
    Correction.objects.create(member=member, by=other, sentence=word("about"), text="Better.", **about_words)
    theirs_made = make_review(film, other, "A film of silence.")
    for state, said in (("accepted", "taken suggestion"), ("declined", "declined suggestion")):
        Correction.objects.create(
            review=theirs_made, by=member, decided_by=member, sentence="A film of silence.", text=word(said),
            state=state, **about_words,
        )  # fmt: skip
    of_theirs = Translation.objects.create(
        review=theirs_made, source_hash="0" * 64, source_language="en", target="nl", next_attempt_at=now,
        corrected_by=member,
    )  # fmt: skip
    BadTranslation.objects.create(
        translation=of_theirs, member=member, note=word("note on a translation"), made_at=now
    )

    # Others.
    for one, two in [(member, other), (other, member)]:
        Follow.objects.create(follower=one, followed=two, accepted_at=now)
        Mute.objects.create(member=one, other=two)
        Block.objects.create(member=one, other=two)
    SubjectFollow.objects.create(member=member, title=film, seen_at=now)
    theirs = make_review(film, other, "A quiet film.")
    MemberMention.objects.get_or_create(review=theirs, member=member)
    NotificationSetting.objects.create(member=member, kind="reply", channel="mail")
    for recipient, actor in [(member, other), (other, member)]:
        Notification.objects.create(
            recipient=recipient,
            actor=actor,
            kind="reply",
            key="k",
            made_at=now,
            detail={"x": word("notification")},
        )

    # Moderation: about them, by them, against them.
    reported = Case.objects.create(kind="other", section="films", review=theirs, author=other)
    Report.objects.create(
        case=reported, reporter=member, text=word("report"), source_url=word("where it stands")
    )
    copied = Case.objects.create(
        kind="copied-text",
        section="films",
        review=theirs,
        author=other,
        claimed_by=member,
        assigned_to=member,
    )
    Evidence.objects.create(
        case=copied, kind="overlap", source_review=kept, source_excerpt=f"…{word('kept')}…"
    )
    waiting_case = Case.objects.create(
        kind="copied-text", section="films", review=kept, author=member,
        snapshot=Snapshot.objects.create(text=word("kept"), digest=word("digest")),
    )  # fmt: skip
    CaseEvent.objects.create(case=waiting_case, kind="note", actor=moderator, text=word("note about them"))
    picture = f"cases/{word('picture in a case')}-192.webp"
    default_storage.save(picture, ContentFile(b"picture"))
    decided = Case.objects.create(
        kind="copied-text", section="films", review=removed, author=member, state="appealed",
        snapshot=Snapshot.objects.create(text=word("snapshot"), headline=word("headline in a snapshot")),
    )  # fmt: skip
    Report.objects.create(case=decided, reporter=other, text=word("what others report"))
    Evidence.objects.create(
        case=decided, kind="overlap", source_excerpt=word("beside it"), detail={"x": word("browser said")}
    )
    for kind, actor in (("answer", member), ("message", moderator)):
        CaseEvent.objects.create(case=decided, kind=kind, actor=actor, text=word(f"{kind} in a case"))
    decision = Decision.objects.create(
        case=decided, moderator=moderator, verdict="remove", reason="Copied.", undo={"x": word("undo")}
    )
    measure = Measure.objects.create(
        member=member, kind="warning", decision=decision, reason=word("measure"), imposed_by=moderator
    )
    statement = Statement.objects.create(
        decision=decision, recipient=member, text=word("statement"), found_by="report", measure=measure
    )
    second = Case.objects.create(kind="appeal", section="films", review=removed, author=member)
    Appeal.objects.create(
        statement=statement, decision=decision, case=second, author=member, text=word("appeal")
    )
    for matter in ("about", "picture", "name", "conduct"):
        held = Snapshot.objects.create(text=word(f"snapshot of {matter}"), picture=picture)
        about_them = Case.objects.create(
            kind="other", section="members", matter=matter, member=member, author=member, snapshot=held,
            state="open" if matter == "about" else "decided",
        )  # fmt: skip
        if matter != "about":
            of_them = Decision.objects.create(case=about_them, verdict="remove", reason="So.")
            Statement.objects.create(
                decision=of_them, recipient=member, text=word(f"statement about {matter}"), found_by="report"
            )
    OwnWords.objects.create(author=member, review=kept, url=f"https://{word('published at')}.example")
    named = {"review": theirs.pk, "sources": [{"known_text": 0, "kind": "review", "label": NAME}]}
    Job.objects.create(
        kind="moderation.scan-author", parameters={"author": member.pk}, counts={"x": word("scan")}
    )
    Job.objects.create(
        kind="moderation.scan-author", parameters={"author": other.pk}, counts={"candidates": [named]}
    )
    of_other = Case.objects.create(
        kind="other", section="films", review=theirs, author=other, state="decided"
    )
    Decision.objects.create(case=of_other, moderator=member, verdict="keep", reason="Fine.")
    CaseEvent.objects.create(case=of_other, kind="note", actor=member, text="It may stay.")
    Measure.objects.create(member=other, kind="warning", reason="Rude.", imposed_by=member, lifted_by=member)
    SetAsideVote.objects.create(case=copied, member=member, title=film)

    # The catalogue.
    fact = word("a fact")
    film.plot, film.plot_author = fact, member
    film.save()
    accepted = Proposal.objects.create(
        author=member, title=film, section="films", source=fact, note=word("note to moderators"),
        reply=word("reply"), state="accepted",
    )  # fmt: skip
    accepted.changes.create(field="plot", new={"text": fact}, state="accepted")
    accepted.changes.create(field="tagline", new=word("declined"), state="declined")
    Change.objects.create(title=film, field="plot", new={"text": fact}, actor=member, origin="proposal")
    waiting = Proposal.objects.create(
        author=member,
        title=film,
        section="films",
        source=word("source"),
        note=word("note"),
        norm=word("norm"),
    )
    waiting.changes.create(field="tagline", new=word("proposed"))

    # Bringing in, taking out, long work, the administration's own log.
    brought = MemberImport.objects.create(
        member=member,
        file_name=word("file"),
        file_hash="0" * 64,
        notes=[word("unknown column")],
        error=word("error"),
    )
    ImportFile.objects.create(of=brought, content=word("content").encode())
    ImportRow.objects.create(
        of=brought, number=1, kind="vote", file=word("file name"), line=1, work=word("work"), reason=word("reason"),
        named={"name": word("named")}, data={"body": word("imported")}, before={"note": word("before")},
    )  # fmt: skip
    write_export(order_export(member=member).pk)
    assert MemberExport.objects.exclude(content=None).exists()
    Job.objects.create(kind="catalogue.export", owner=member)
    for model, pk, said in [(Member, member.pk, NAME), (EmailAddress, 1, f"{ADDRESS} ({NAME})")]:
        LogEntry.objects.create(
            user=moderator, content_type=ContentType.objects.get_for_model(model), object_id=str(pk),
            object_repr=said, action_flag=CHANGE, change_message=json.dumps([{"changed": NAME}]) if said == NAME else "",
        )  # fmt: skip

    # Pages that others looked at, kept for a while.
    for reader in (Client(), client):
        for url in ("/", film.get_absolute_url(), kept.get_absolute_url(), f"/members/{NAME}/"):
            assert reader.get(url).status_code == 200, url
    return member


def leave(member: Member, *, keeps_texts: bool) -> None:
    close_account(member=member, keeps_texts=keeps_texts)
    Member.objects.filter(pk=member.pk).update(closing_at=timezone.now() - timedelta(seconds=1))
    assert erase_due_accounts() == 1


@pytest.mark.parametrize("keeps_texts", [False, True], ids=["texts go", "texts stay"])
def test_nothing_of_a_member_is_left_but_what_they_left(
    canaries: Canaries,
    leaver: Member,
    keeps_texts: bool,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    before = set().union(*everything_found(canaries).values())
    unseen = set(canaries.places.values()) - before - {"merge"}
    assert not unseen, f"the search does not see {unseen}"
    with django_capture_on_commit_callbacks(execute=True):
        leave(leaver, keeps_texts=keeps_texts)
    left = {f"{where}: {place}" for where, places in everything_found(canaries).items() for place in places}
    of_others = {
        # "@zanzibarquux" in somebody else's answer.
        f"{where}: username"
        for where in (
            *("reviews_review.body", "reviews_review.html", "reviews_revision.body"),
            *("reviews_translation.body", "reviews_translation.html", "reviews_translation.sentences"),
            "reviews_segment.text",
        )
    }  # fmt: skip
    assert left - of_others - ALLOWED.keys() == (KEPT_TEXTS if keeps_texts else set())
    assert ALLOWED.keys() <= left, "the reasons that are no longer needed go"
    assert Session.objects.count() == 0


def test_every_row_that_names_a_former_member_is_one_that_may(canaries: Canaries, leaver: Member) -> None:
    """The row of nobody stands for the author of what stays; no other table leads to it."""
    leave(leaver, keeps_texts=True)
    leading = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if field.related_model is Member and model._base_manager.filter(**{field.name: leaver.pk}).exists()
    }
    assert leading == {
        "accounts.MemberTotals.member",
        "reviews.Appeal.author",
        "reviews.Review.author",
        "reviews.Statement.recipient",
    }
    assert not PastVote.objects.exists()
    assert Review.objects.get(author=leaver, state="removed").body == ""
