"""Rows for tests: plain functions with defaults. Additions go at the end; what others use stays as it is."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import count

from allauth.mfa.models import Authenticator
from django.utils import timezone

from accounts.models import Follow, Member
from films.models import AlternativeTitle, Country, Credit, Genre, Person, Title, TitleGenre, TitleKind
from filmsite.lib.text import render_review
from reviews.models import (
    Case,
    Correction,
    KnownText,
    ListEntry,
    Matter,
    Review,
    Revision,
    TitleList,
    Translation,
    Viewing,
    Vote,
)
from reviews.moderation.targets import target_of
from reviews.services.indexing import index_portion, note_text
from reviews.services.reporting import report
from reviews.translation.composing import compose

_number = count(1)


def make_member(username: str = "", **fields: object) -> Member:
    """A member who can be signed in with `client.force_login`; no password, since hashing one is slow."""
    username = username or f"member{next(_number)}"
    fields.setdefault("email", f"{username}@example.org")
    return Member.objects.create_user(username, **fields)


def make_genre(name: str = "Drama") -> Genre:
    return Genre.objects.get_or_create(slug=name.lower().replace(" ", "-"), defaults={"name": name})[0]


def make_title(
    name: str = "",
    *,
    genres: Iterable[str] = (),
    countries: Iterable[str] = (),
    alternatives: Mapping[str, str] | None = None,
    **fields: object,
) -> Title:
    """A title (a film of 1997 unless told otherwise); `alternatives` maps other names to their language."""
    fields.setdefault("year", 1997)
    title = Title.objects.create(name=name or f"Film {next(_number)}", **fields)
    for position, genre in enumerate(genres):
        TitleGenre.objects.create(title=title, genre=make_genre(genre), position=position)
    for code in countries:
        title.countries.add(Country.objects.get_or_create(code=code)[0])
    for other, language in (alternatives or {}).items():
        AlternativeTitle.objects.create(title=title, name=other, language=language)
    return title


def make_season(show: Title, number: int = 1, **fields: object) -> Title:
    return make_title(show.name, kind=TitleKind.SEASON, parent=show, season_number=number, **fields)


def make_person(name: str = "", **fields: object) -> Person:
    return Person.objects.create(name=name or f"Person {next(_number)}", **fields)


def make_credit(
    title: Title, person: Person | None = None, role: str = "director", **fields: object
) -> Credit:
    return Credit.objects.create(title=title, person=person or make_person(), role=role, **fields)


def make_vote(
    title: Title | None = None, member: Member | None = None, value: int = 7, **fields: object
) -> Vote:
    """A vote in half stars (1 to 10), written past the service; the totals follow by trigger."""
    now = timezone.now()
    return Vote.objects.create(
        title=title or make_title(),
        member=member or make_member(),
        value=value,
        **{"cast_at": now, "changed_at": now, **fields},
    )


def make_votes(title: Title, counts: Mapping[int, int]) -> None:
    """Votes of new members: {8: 3} is three votes of four stars."""
    for value, number in counts.items():
        for _ in range(number):
            make_vote(title, value=value)


def make_review(
    title: Title | None = None,
    author: Member | None = None,
    body: str = "A film that stays with me.",
    *,
    created_at: datetime | None = None,
    **fields: object,
) -> Review:
    """A published review with its first revision, written past the service: no screening, no translation.

    About a new title unless told of a title or, in `fields`, of a person.
    """
    created_at = created_at or timezone.now()
    review = Review.objects.create(
        title=None if "person" in fields else title or make_title(),
        author=author or make_member(),
        body=body,
        html=render_review(body),
        created_at=created_at,
        **{"language": "en", "source_hash": "0" * 64, **fields},
    )
    Revision.objects.create(
        review=review,
        number=1,
        body=body,
        language=review.language,
        source_hash=review.source_hash,
        created_at=created_at,
    )
    return review


def give_second_factor(member: Member) -> Member:
    """Let the member have an authenticator app, so that the powers they were given are in force."""
    Authenticator.objects.create(user=member, type=Authenticator.Type.TOTP, data={"secret": "unused"})
    return member


def make_follow(follower: Member, followed: Member, *, accepted: bool = True) -> Follow:
    return Follow.objects.create(
        follower=follower, followed=followed, accepted_at=timezone.now() if accepted else None
    )


def make_viewing(member: Member, title: Title | None = None, **fields: object) -> Viewing:
    """A line in the member's diary, seen today unless told otherwise."""
    now = timezone.now()
    return Viewing.objects.create(
        member=member,
        title=title or make_title(),
        **{"seen_on": now.date(), "logged_at": now, **fields},
    )


def make_list(owner: Member, *titles: Title, name: str = "Some films", **fields: object) -> TitleList:
    """A list with these titles in this order, for everybody unless told otherwise."""
    now = timezone.now()
    made = TitleList.objects.create(
        owner=owner, name=name, **{"created_at": now, "changed_at": now, **fields}
    )
    for position, title in enumerate(titles, 1):
        ListEntry.objects.create(list=made, title=title, position=position)
    return made


def make_translation(
    review: Review,
    target: str = "en",
    *,
    answers: Mapping[str, str] | None = None,
    source_language: str = "pt",
    **fields: object,
) -> Translation:
    """A finished translation of a review by the engine "fx": each sentence as `answers` has it, else "(en) …"."""
    known = {pair.source: f"({target}) {pair.source}" for pair in compose(review.body, {}, dst=target).pairs}
    known |= answers or {}
    composed = compose(review.body, {source: (text, "engine") for source, text in known.items()}, dst=target)
    now = timezone.now()
    return Translation.objects.create(
        review=review,
        source_hash=review.source_hash,
        content_hash=review.source_hash,
        source_language=source_language,
        target=target,
        body=composed.markdown,
        html=render_review(composed.markdown),
        sentences=[
            {"place": pair.place, "source": pair.source, "text": pair.text, "by": pair.by}
            for pair in composed.pairs
        ],
        **{"engine": "fx", "status": "done", "next_attempt_at": now, "finished_at": now, **fields},
    )


def make_correction(translation: Translation, by: Member, number: int = 0, **fields: object) -> Correction:
    """Better words for a sentence of a review's translation, waiting for a decision unless told otherwise."""
    sentence = translation.sentences[number]
    return Correction.objects.create(
        review=translation.review,
        source_language=translation.source_language,
        target=translation.target,
        sentence=sentence["source"],
        before=sentence["text"],
        by=by,
        **{"text": f"Better words of {by.username}.", "made_at": timezone.now(), **fields},
    )


def make_report(
    review: Review, by: Member | None = None, text: str = "Look at this.", *, kind: str = "other"
) -> Case:
    """A member's report of a message, through the service; gives the case that holds it."""
    target = target_of(Matter.REVIEW, review)
    return report(target=target, reporter=by or make_member(), kind=kind, text=text).case


def make_votes_case(title: Title | None = None) -> Case:
    """An open case about a title's votes, without evidence."""
    title = title or make_title()
    return Case.objects.create(kind="votes", matter="votes", section=title.section, title=title)


def make_known_message(author: Member, body: str) -> KnownText:
    """A message of three days ago about a new title, in the index of known texts."""
    review = make_review(author=author, body=body, created_at=timezone.now() - timedelta(days=3))
    known = note_text(review)
    assert known is not None
    index_portion()
    return known
