"""What an appeal brings back comes back whole: everything that readers, feeds, the search and the index showed before."""

import re
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Member, MemberTotals
from films.models import Title
from films.models.listing import TitleTotals
from reviews.models import KnownText, Measure, Review, Translation, Vote
from reviews.services.appealing import file_appeal
from reviews.services.deciding import decide_case
from reviews.services.indexing import index_portion, note_text
from reviews.services.screening import notice_for
from tests.factories import (
    make_follow,
    make_member,
    make_report,
    make_review,
    make_title,
    make_translation,
    make_vote,
)
from tests.reviews.copydetect.texts import prose
from tests.reviews.fairness import follow_orders

pytestmark = pytest.mark.django_db

FIRST, FIRST_IN_ENGLISH = "Chorei muito no final.", "I cried a lot at the end."
PASSAGE = prose(90, 3)
OLDER, REPLY, NEWER = "Seen when it was new.", "So did I, twice.", "Seen only yesterday."
ATOM = {"a": "http://www.w3.org/2005/Atom"}


@pytest.fixture(autouse=True)
def _no_second_factor(settings) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False


@pytest.fixture
def film(alice: Member, bob: Member) -> Title:
    """Three votes, one of the author's: 4, 9 and 6 half stars; another of hers elsewhere."""
    film = make_title("Heat")
    for member, value in ((bob, 4), (alice, 9), (make_member(), 6)):
        make_vote(film, member, value)
    make_vote(make_title("Ran"), alice, 2)
    return film


@pytest.fixture
def message(film: Title, alice: Member, bob: Member) -> Review:
    """A month old, known to the copy detector, translated, answered, between an older and a newer message."""

    def ago(days: int) -> dict[str, object]:
        return {"created_at": timezone.now() - timedelta(days=days)}

    make_review(film, bob, OLDER, **ago(40))
    message = make_review(film, alice, f"{FIRST} {PASSAGE}", language="pt", **ago(30))
    make_review(film, bob, REPLY, parent=message, root=message, **ago(20))
    make_review(film, bob, NEWER, **ago(10))
    make_translation(
        message, answers={FIRST: FIRST_IN_ENGLISH}, finished_at=timezone.now() - timedelta(days=29)
    )
    note_text(message)
    index_portion()
    KnownText.objects.update(written_at=message.created_at)
    return message


@dataclass
class Seen:
    """What anybody can tell of the message and its author, from everywhere on the site."""

    title_votes: tuple[int, Fraction]
    author_votes: tuple[int, Fraction | None]
    votes: list[tuple[object, ...]]
    messages: tuple[int, int]
    # Of the older, the one in question, its answer and the newer those that stand there, in their order.
    thread: list[str]
    feeds: dict[str, list[tuple[str, ...]]]
    by_author: bool
    by_followed: bool
    searches: dict[str, bool]
    translations: list[tuple[object, ...]]
    is_known: bool


def look(film: Title, message: Review, reader: Member) -> Seen:
    author = message.author
    visitor, follower = Client(headers={"accept-language": "en"}), Client(headers={"accept-language": "en"})
    follower.force_login(reader)
    totals, hers = TitleTotals.objects.get(pk=film.pk), MemberTotals.objects.get(pk=author.pk)
    page = visitor.get(film.get_absolute_url()).content.decode()
    stands = {text: page.rfind(text) for text in (OLDER, FIRST_IN_ENGLISH, REPLY, NEWER)}
    writer = make_member()
    notice = notice_for(subject=film, author=writer, body=f"Look. {PASSAGE}", paste=None)
    return Seen(
        title_votes=(totals.vote_count, Fraction(totals.vote_sum, totals.vote_count)),
        author_votes=(
            hers.vote_count,
            Fraction(hers.vote_sum, hers.vote_count) if hers.vote_count else None,
        ),
        votes=list(
            Vote.objects.order_by("pk").values_list("member", "value", "cast_at", "changed_at", "counted")
        ),
        messages=(totals.message_count, hers.message_count),
        thread=sorted((text for text, at in stands.items() if at >= 0), key=stands.__getitem__),
        feeds={
            name: entries(visitor, reverse(f"reviews:feed-{name}", args=args))
            for name, args in (("messages", []), ("title", [film.pk]), ("member", [author.username]))
        },
        by_author=FIRST_IN_ENGLISH
        in text_of(visitor, reverse("accounts:member-messages", args=[author.username])),
        by_followed=FIRST_IN_ENGLISH in text_of(follower, reverse("reviews:feed")),
        searches={
            word: bool(
                re.search(rf'href="/reviews/{message.pk}/"', text_of(visitor, f"/search/messages/?q={word}"))
            )
            for word in ("chorei", "cried")
        },
        translations=list(
            Translation.objects.filter(target="en").values_list(
                "pk", "body", "status", "finished_at", "source_hash"
            )
        ),
        is_known=notice is not None,
    )


def text_of(client: Client, url: str) -> str:
    answer = client.get(url)
    return answer.content.decode() if answer.status_code == 200 else ""


def entries(client: Client, url: str) -> list[tuple[str, ...]]:
    """Which entries a feed has, in order, with their dates; none where there is no feed."""
    answer = client.get(url)
    if answer.status_code != 200:
        return []
    found = ElementTree.fromstring(answer.content).findall("a:entry", ATOM)  # noqa: S314  (our own)
    return [
        tuple(entry.findtext(f"a:{name}", "", ATOM) for name in ("id", "published", "updated"))
        for entry in found
    ]


@pytest.mark.parametrize("verdict", ["remove", "hide"])
@pytest.mark.parametrize("measure", ["", "suspension"])
def test_what_an_appeal_restores_is_as_if_nothing_had_been(
    film: Title, message: Review, alice: Member, verdict: str, measure: str
) -> None:
    reader = make_member()
    make_follow(reader, alice)
    first, second = (make_member(sections=["films", "members"]) for _ in range(2))
    before = look(film, message, reader)
    assert before.title_votes == (3, Fraction(19, 3))
    assert before.author_votes == (2, Fraction(11, 2))
    assert before.thread == [NEWER, FIRST_IN_ENGLISH, REPLY, OLDER]
    assert (before.by_author, before.by_followed, before.is_known) == (True, True, True)
    assert all(before.searches.values())

    decision = decide_case(
        case=make_report(message),
        moderator=first,
        verdict=verdict,
        rule="copied-text",
        reason="It stands elsewhere.",
        measure=measure,
        measure_days=7 if measure else None,
    )
    follow_orders()
    during = look(film, message, reader)
    assert during.thread == [text for text in before.thread if text != FIRST_IN_ENGLISH]
    assert (during.by_author, during.by_followed, during.is_known) == (False, False, False)
    assert not any(during.searches.values())
    for name in ("messages", "title"):
        assert len(during.feeds[name]) == len(before.feeds[name]) - 1
    if measure:
        assert during.title_votes == (2, Fraction(5))
        assert during.author_votes == (0, None)
    else:
        assert (during.title_votes, during.votes) == (before.title_votes, before.votes)

    appeal = file_appeal(statement=decision.statements.get(), text="I wrote both.")
    decide_case(case=appeal.case, moderator=second, verdict="restore", reason="They did.")
    follow_orders()
    assert look(film, message, reader) == before
    assert not Measure.objects.filter(lifted_at=None).exists()
