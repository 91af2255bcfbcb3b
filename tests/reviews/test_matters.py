"""Everything that members make, by the same case: reported, taken away from everywhere, and back byte for byte."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks
from pytest_django.fixtures import Settings

from accounts.models import Member
from accounts.services.pictures import set_picture
from films.models import Change, Trivia
from films.services.editing import write_facts
from filmsite.lib.images import Rendition
from reviews.correcting.side_by_side import sentences_of
from reviews.models import (
    Case,
    Correction,
    Decision,
    ListEntry,
    LogEntry,
    Matter,
    Statement,
)
from reviews.moderation.permissions import can_decide
from reviews.moderation.refusals import StaleCase
from reviews.moderation.targets import load_target
from reviews.services.correcting import decide_correction, suggest_correction
from reviews.services.deciding import decide_case, undo_decision
from reviews.services.reporting import report
from tests.factories import make_list, make_member, make_person, make_review, make_title, make_translation

pytestmark = pytest.mark.django_db

NEEDLE = "Unmistakable words of Alice"
REASON = "It goes after somebody."


@dataclass(frozen=True)
class Thing:
    """Something of Alice's: its kind and row, the pages on which `needle` can be read, and the rows that make it up."""

    matter: Matter
    row: Model
    urls: tuple[str, ...]
    rows: tuple[Model, ...]
    needle: str = NEEDLE


@pytest.fixture(autouse=True)
def _powers_without_second_factor(settings: Settings) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False


@pytest.fixture
def warden() -> Member:
    """Moderates every section."""
    return make_member("warden", sections=["films", "shows", "members"])


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path


def plot(alice: Member) -> Thing:
    title = make_title("Heat")
    value = {"text": NEEDLE, "language": "en", "source": "the credits", "author": alice.pk}
    write_facts(title, {"plot": value}, actor=alice, origin=Change.Origin.PROPOSAL)
    title.refresh_from_db()
    history = f"/titles/{title.pk}/history/"
    return Thing(Matter.PLOT, title, (title.get_absolute_url(), history), (title,))


def biography(alice: Member) -> Thing:
    person = make_person("Agnès Varda")
    value = {"text": NEEDLE, "language": "en", "source": "a book"}
    write_facts(person, {"biography": value}, actor=alice, origin=Change.Origin.PROPOSAL)
    person.refresh_from_db()
    history = f"/people/{person.pk}/history/"
    return Thing(Matter.BIOGRAPHY, person, (person.get_absolute_url(), history), (person,))


def trivia(alice: Member) -> Thing:
    title = make_title("Heat")
    said = {"language": "en", "source": "a book", "is_spoiler": False, "author": alice.pk}
    facts = [{"text": words, **said} for words in ("An older fact", NEEDLE, "A newer fact")]
    write_facts(title, {"trivia": facts}, actor=alice, origin=Change.Origin.PROPOSAL)
    piece = Trivia.objects.get(text=NEEDLE)
    urls = (title.get_absolute_url(), f"/titles/{title.pk}/history/")
    return Thing(Matter.TRIVIA, piece, urls, tuple(Trivia.objects.all()))


def list_of_titles(alice: Member) -> Thing:
    title = make_title("Heat")
    made = make_list(alice, title, name=NEEDLE, description="What to see.")
    urls = (
        "/lists/",
        f"/titles/{title.pk}/lists/",
        f"/members/{alice.username}/lists/",
        title.get_absolute_url(),
    )
    return Thing(Matter.LIST, made, urls, (made, *ListEntry.objects.all()))


def about(alice: Member) -> Thing:
    alice.about = NEEDLE
    alice.save(update_fields=["about"])
    return Thing(Matter.ABOUT, alice, (alice.get_absolute_url(),), (alice,))


def picture(alice: Member) -> Thing:
    made = [Rendition(width, width, f"RIFF {width}".encode()) for width in (48, 96, 256)]
    set_picture(member=alice, made=made)
    key = alice.avatar.rpartition("-")[0]
    return Thing(Matter.PICTURE, alice, (alice.get_absolute_url(),), (alice,), needle=key)


def name(alice: Member) -> Thing:
    review = make_review(author=alice)
    urls = (review.get_absolute_url(), "/members/alice/", review.title.get_absolute_url())
    return Thing(Matter.NAME, alice, urls, (alice,), needle=">alice<")


def translation(alice: Member) -> Thing:
    body = "Um filme muito bonito. Chorei no final."
    review = make_review(author=make_member("carla"), body=body, language="pt")
    row = make_translation(review)
    carla = review.author
    seen = sentences_of(row.sentences)[1].seen
    made = suggest_correction(member=alice, translation=row, number=1, seen=seen, text=f"{NEEDLE}.")
    decide_correction(correction=made, member=carla, accept=True)
    row.refresh_from_db()
    assert row.corrected_by_id == alice.pk
    return Thing(Matter.TRANSLATION, row, (f"/translations/{row.pk}/",), (Correction.objects.get(),))


MAKERS = [plot, biography, trivia, list_of_titles, about, picture, name, translation]


@pytest.fixture(params=MAKERS, ids=lambda make: make.__name__)
def thing(request: pytest.FixtureRequest, alice: Member) -> Thing:
    make: Callable[[Member], Thing] = request.param
    return make(alice)


def case_about(thing: Thing, reporter: Member) -> Case:
    target = load_target(thing.matter, thing.row.pk)
    assert target is not None
    return report(target=target, reporter=reporter, kind="personal-attack", text="Look at this.").case


def decide(case: Case, moderator: Member, verdict: str) -> Decision:
    return decide_case(case=case, moderator=moderator, verdict=verdict, rule="personal-attack", reason=REASON)


def shown(thing: Thing, client: Client | None = None) -> list[bool]:
    """For each page whether a reader finds the words there."""
    pages = [(client or Client()).get(url, follow=True).text for url in thing.urls]
    return [thing.needle in page for page in pages]


def stored(thing: Thing) -> list[dict[str, Any]]:
    """Every column of the rows that make it up, as the database has them now."""
    rows = [type(row)._base_manager.filter(pk=row.pk).values().get() for row in thing.rows]
    return [{key: value for key, value in row.items() if key != "updated_at"} for row in rows]


def test_what_a_case_removes_is_gone_everywhere_and_comes_back_byte_for_byte(
    thing: Thing,
    alice: Member,
    bob: Member,
    warden: Member,
    media: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    before, files = stored(thing), {file.name: file.read_bytes() for file in media.glob("members/*")}
    assert shown(thing) == [True] * len(thing.urls)
    case = case_about(thing, bob)
    assert (case.author_id, case.matter) == (alice.pk, thing.matter)
    with django_capture_on_commit_callbacks(execute=True):
        removal = decide(case, warden, "remove")
    assert shown(thing) == [False] * len(thing.urls)
    assert list(media.glob("members/*")) == []
    statement = Statement.objects.get(decision=removal)
    assert (statement.recipient, statement.appeal_until is not None) == (alice, True)
    assert LogEntry.objects.get().verb == f"reviews.{thing.matter}.removed"

    with django_capture_on_commit_callbacks(execute=True):
        decide(case, warden, "restore")
    assert stored(thing) == before
    assert shown(thing) == [True] * len(thing.urls)
    assert {file.name: file.read_bytes() for file in media.glob("members/*")} == files
    assert LogEntry.objects.first().verb == f"reviews.{thing.matter}.restored"


def test_a_decision_taken_back_leaves_everything_as_it_was(
    thing: Thing,
    bob: Member,
    warden: Member,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    before = stored(thing)
    case = case_about(thing, bob)
    with django_capture_on_commit_callbacks(execute=True):
        removal = decide(case, warden, "remove")
    with django_capture_on_commit_callbacks(execute=True):
        undo_decision(decision=removal, moderator=warden)
    assert stored(thing) == before
    assert shown(thing) == [True] * len(thing.urls)


def test_a_restoring_that_is_taken_back_can_be_done_again(
    thing: Thing,
    bob: Member,
    warden: Member,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    before = stored(thing)
    case = case_about(thing, bob)
    with django_capture_on_commit_callbacks(execute=True):
        decide(case, warden, "remove")
    with django_capture_on_commit_callbacks(execute=True):
        restoring = decide(case, warden, "restore")
    with django_capture_on_commit_callbacks(execute=True):
        undo_decision(decision=restoring, moderator=warden)
    assert shown(thing) == [False] * len(thing.urls)
    with django_capture_on_commit_callbacks(execute=True):
        decide(case, warden, "restore")
    assert stored(thing) == before
    assert shown(thing) == [True] * len(thing.urls)


def test_what_is_fine_stays_and_nobody_but_the_reporter_hears_of_it(
    thing: Thing, bob: Member, warden: Member
) -> None:
    before = stored(thing)
    case = case_about(thing, bob)
    decide(case, warden, "keep")
    assert stored(thing) == before
    assert not Statement.objects.exists()
    assert shown(thing) == [True] * len(thing.urls)


def test_nothing_is_removed_twice(thing: Thing, bob: Member, warden: Member) -> None:
    case = case_about(thing, bob)
    decide(case, warden, "remove")
    with pytest.raises(StaleCase):
        decide(case, warden, "remove")


def test_only_who_moderates_its_section_decides(thing: Thing, bob: Member, mona: Member) -> None:
    """Mona moderates films: what members say of themselves, and their lists, are not hers."""
    case = case_about(thing, bob)
    of_films = thing.matter in (Matter.PLOT, Matter.TRIVIA, Matter.BIOGRAPHY, Matter.TRANSLATION)
    assert can_decide(mona, case) == of_films
