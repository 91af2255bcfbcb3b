"""What nobody may read at its own address, nobody reads by way of its translation, and no engine gets."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Audience, Member
from films.models import Trivia
from reviews.backlog import Made, Selection, Which, texts
from reviews.correcting.access import doubted_translations
from reviews.models import Correction, Priority, Review, Translation, TranslationStatus
from reviews.services import translating
from reviews.sources import Translatable, source_of
from reviews.translation.engines.dummy import DummyEngine
from tests.factories import make_list, make_member, make_person, make_title
from tests.reviews.orders import PORTUGUESE, translate_now, write

pytestmark = pytest.mark.django_db

OWN = ("list", "member")
STATES = ("suspended", "closing", "closed", "deactivated")


@pytest.fixture(autouse=True)
def engine(use, settings) -> DummyEngine:
    settings.FILMSITE_STAFF_NEEDS_MFA = False
    return use(DummyEngine(pairs=frozenset({("pt", "en")}), external=True))


@pytest.fixture
def bruna() -> Member:
    return make_member("bruna", about=PORTUGUESE)


def text_of(kind: str, author: Member) -> Translatable:
    match kind:
        case "review":
            return write(author)
        case "title":
            return make_title(plot=PORTUGUESE, plot_language="pt", plot_author=author)
        case "trivia":
            return Trivia.objects.create(title=make_title(), text=PORTUGUESE, language="pt", author=author)
        case "person":
            return make_person(biography=PORTUGUESE, biography_language="pt")
        case "list":
            return make_list(author, name="Filmes que vi com o meu pai", description=PORTUGUESE)
        case _:
            return author


def ordered(kind: str, author: Member) -> Translation:
    source = source_of(text_of(kind, author))
    assert source is not None
    translating.store_orders([(source, ["en"])], priority=Priority.NEW)
    return Translation.objects.get(**source.about, target="en")


def translated(kind: str, author: Member) -> Translation:
    row = ordered(kind, author)
    assert translate_now(row) == "done"
    return row


def hide(member: Member, state: str) -> None:
    now = timezone.now()
    values = {
        "suspended": {"suspended_at": now},
        "closing": {"closing_at": now + timedelta(days=9)},
        "closed": {"closed_at": now, "closing_at": now, "is_active": False},
        "deactivated": {"is_active": False},
    }[state]
    Member.objects.filter(pk=member.pk).update(**values)


def answers(client: Client, row: Translation) -> set[int]:
    """The status of each page about a translation, and of what is posted there."""
    page = f"/translations/{row.pk}/"
    return {
        *(client.get(page + rest).status_code for rest in ("", "sentences/0/", "report/")),
        *(client.post(page + rest, {}).status_code for rest in ("sentences/0/", "report/", "settle/")),
    }


@pytest.mark.parametrize("kind", ["review", "title", "trivia", "person", *OWN])
def test_the_pages_of_a_translation_open_for_whatever_may_be_read(
    client: Client, bob: Member, sofie: Member, bruna: Member, use, kind: str
):
    # Nobody knows whose words a biography is, so no engine outside of the house gets them.
    use(DummyEngine(pairs=frozenset({("pt", "en")})))
    row = translated(kind, bruna)
    assert client.get(f"/translations/{row.pk}/").status_code == 200
    client.force_login(bob)
    assert answers(client, row) == {200, 404, 409, 422}  # to settle a doubt is not for him
    client.force_login(sofie)
    Translation.objects.update(doubted_at=timezone.now())
    assert client.post(f"/translations/{row.pk}/settle/").status_code == 302


@pytest.mark.parametrize("kind", OWN)
@pytest.mark.parametrize("state", STATES)
def test_lists_and_words_of_hidden_members_have_no_translation(
    client: Client, bob: Member, bruna: Member, kind: str, state: str
):
    row = translated(kind, bruna)
    hide(bruna, state)
    assert client.get(f"/translations/{row.pk}/").status_code == 404
    client.force_login(bob)
    assert answers(client, row) == {404}


@pytest.mark.parametrize("audience", [Audience.FOLLOWERS, Audience.ME])
def test_a_list_for_some_has_no_translation(client: Client, bob: Member, bruna: Member, audience: Audience):
    row = translated("list", bruna)
    bruna.lists.update(audience=audience)
    client.force_login(bob)
    assert answers(client, row) == {404}


@pytest.mark.parametrize("state", ["withdrawn", "removed"])
def test_a_message_that_is_gone_has_no_translation(client: Client, bob: Member, bruna: Member, state: str):
    row = translated("review", bruna)
    Review.objects.update(state=state)
    client.force_login(bob)
    assert answers(client, row) == {404}


@pytest.mark.parametrize("kind", OWN)
@pytest.mark.parametrize("state", STATES)
def test_no_engine_gets_the_words_of_hidden_members(
    engine: DummyEngine, bruna: Member, kind: str, state: str
):
    row = ordered(kind, bruna)
    hide(bruna, state)
    assert translate_now(row) == "superseded"
    assert engine.calls == []


@pytest.mark.parametrize("kind", OWN)
@pytest.mark.parametrize("state", STATES)
def test_no_backfill_orders_the_words_of_hidden_members(bruna: Member, kind: str, state: str):
    text_of(kind, bruna)
    today = {"en": {"pt": Made("dummy", "1", 1)}}
    missing = Selection(kinds=(kind,), which=Which.MISSING, since=None, today=today)
    assert texts(missing, kind, "en").count() == 1
    hide(bruna, state)
    assert texts(missing, kind, "en").count() == 0


@pytest.mark.parametrize("kind", OWN)
@pytest.mark.parametrize("state", STATES)
def test_nothing_about_hidden_members_waits_for_moderators(bob: Member, bruna: Member, kind: str, state: str):
    row = translated(kind, bruna)
    Translation.objects.update(doubted_at=timezone.now(), status=TranslationStatus.DONE)
    Correction.objects.create(
        **{f"{kind}_id": getattr(row, f"{kind}_id")},
        source_language="pt",
        target="en",
        sentence="Chorei no final.",
        text="I cried.",
        by=bob,
        made_at=timezone.now(),
    )

    def waiting() -> tuple[int, int]:
        sections = {"sections": ["members"], "trusted": []}
        return Correction.objects.to_decide(**sections).count(), doubted_translations(**sections).count()

    assert waiting() == (1, 1)
    hide(bruna, state)
    assert waiting() == (0, 0)
