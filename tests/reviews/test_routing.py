"""The engines of the settings, what those on other machines offer, and which pairs are tried out."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db.models import Q
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from accounts.models import Member
from reviews.models import EngineOffer, EngineState, Segment, Translation
from reviews.services import routing, translating
from reviews.services.probing import hops_to_try, try_engines
from reviews.services.publishing import publish_review
from reviews.services.routing import refresh_offers, router
from reviews.translation.base import Engine, FailureKind
from reviews.translation.engines.dummy import DummyEngine
from tests.factories import make_title
from tests.reviews.translation.servers import Fault, LibreTranslateServer

pytestmark = pytest.mark.django_db
Use = Callable[..., Engine]


@pytest.fixture
def server() -> Iterator[LibreTranslateServer]:
    with LibreTranslateServer() as running:
        yield running


@pytest.fixture
def house(server: LibreTranslateServer, settings: Settings) -> LibreTranslateServer:
    """A site whose only engine is a LibreTranslate of its own."""
    settings.FILMSITE_TRANSLATION_ENGINES = [f"house=libretranslate?url={server.url}"]
    routing._site_for.cache_clear()
    return server


def offer() -> EngineOffer:
    return EngineOffer.objects.get(engine="house")


def a_minute_passes() -> None:
    site = routing._site()
    assert site.told_at is not None
    site.told_at -= routing.OFFERS_KEPT_SECONDS


def test_an_engine_on_another_machine_has_the_pairs_it_was_asked_for(house: LibreTranslateServer) -> None:
    assert router().matrix() == frozenset()
    assert refresh_offers() == {"house": ""}
    assert router().matrix() == {("pt", "en"), ("en", "pt")}
    assert offer().pairs == [["en", "pt"], ["pt", "en"]]


def test_routers_ask_the_database_once_a_minute_and_never_the_network(
    house: LibreTranslateServer, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        for _ in range(5):
            router().supports("pt", "en")
    EngineOffer.objects.create(engine="house", pairs=[["pt", "en"]], fetched_at=timezone.now())
    assert not router().supports("pt", "en")
    a_minute_passes()
    with django_assert_num_queries(1):
        assert router().supports("pt", "en")
    assert house.asked == []


def test_a_site_without_such_engines_asks_nobody(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert router().supports("pt", "en")
    assert refresh_offers() == {}


def test_an_engine_is_asked_again_when_it_was_silent_or_after_two_days(house: LibreTranslateServer) -> None:
    refresh_offers()
    assert refresh_offers() == {}
    EngineOffer.objects.update(fetched_at=timezone.now() - timedelta(hours=49))
    assert refresh_offers() == {"house": ""}
    EngineOffer.objects.update(failed_at=timezone.now())
    assert refresh_offers() == {"house": ""}
    assert offer().failed_at is None
    assert refresh_offers() == {}
    assert refresh_offers(every=True) == {"house": ""}


@pytest.mark.parametrize("fault", [Fault.ERROR, Fault.CLOSES, Fault.CUT_JSON, Fault.BUSY, Fault.DEEP])
def test_the_last_good_answer_stays_when_an_engine_is_silent_or_talks_nonsense(
    fault: Fault, house: LibreTranslateServer
) -> None:
    refresh_offers()
    house.fault = fault
    said = refresh_offers(every=True)
    assert said["house"]
    since = offer().failed_at
    assert since is not None
    assert offer().error == said["house"][:300]
    refresh_offers()
    assert offer().failed_at == since
    assert router().supports("pt", "en")


def test_an_engine_that_offers_nothing_keeps_what_it_had(
    house: LibreTranslateServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    refresh_offers()
    monkeypatch.setattr(house, "answer", lambda asked: (200, []))
    assert refresh_offers(every=True) == {"house": "it offers no pair of languages"}
    assert router().supports("pt", "en")


def test_engines_that_send_texts_out_are_off_until_the_operator_says_so(settings: Settings) -> None:
    settings.FILMSITE_TRANSLATION_ENGINES = ["fx", "out=dummy?external=yes"]
    assert [engine.key for engine in router().engines()] == ["fx"]
    assert not router().supports("nl", "en")
    settings.FILMSITE_TRANSLATION_EXTERNAL = True
    assert router().supports("nl", "en")
    assert not router().supports("nl", "en", external=False)


def test_an_engine_that_cannot_be_made_takes_no_other_down(settings: Settings) -> None:
    settings.FILMSITE_TRANSLATION_ENGINES = ["deepl", "babelfish", "?", "fx"]
    assert [engine.key for engine in router().engines()] == ["fx"]


def test_rules_that_cannot_be_read_stop_translation_rather_than_be_passed_over(settings: Settings) -> None:
    settings.FILMSITE_TRANSLATION_ROUTES = "pt>en fx"
    assert not router().supports("pt", "en")


def test_rules_and_pivots_of_the_settings_count(settings: Settings) -> None:
    settings.FILMSITE_TRANSLATION_ENGINES = ["fx", "d=dummy"]
    settings.FILMSITE_TRANSLATION_ROUTES = "pt>en: d"
    settings.FILMSITE_TRANSLATION_PIVOTS = ["es"]
    assert [route.engine.key for route in router().routes("pt", "en")] == ["d"]
    assert {route.via for route in router().routes("nl", "en")} == {"", "es"}


# --- Trying out -------------------------------------------------------------------------------------------


def test_every_pair_of_every_engine_is_tried_and_what_was_found_is_kept(use: Use) -> None:
    one = DummyEngine(key="one", pairs=frozenset({("pt", "en"), ("en", "nl")}))
    # Loses every form but this one.
    two = DummyEngine(
        key="two",
        pairs=frozenset({("fa", "en")}),
        garble=lambda text: "".join(c for c in text if c not in "XQ{}_"),
    )
    use(one, two)
    trials = list(try_engines(hops_to_try()))
    assert [(trial.hop.engine.key, trial.hop.src, trial.hop.dst) for trial in trials] == [
        ("one", "en", "nl"), ("one", "pt", "en"), ("two", "fa", "en"),
    ]  # fmt: skip
    kept = {
        (state.engine, state.source): state.placeholder
        for state in EngineState.objects.exclude(probed_at=None)
    }
    assert kept == {("one", "en"): "XQ{n}", ("one", "pt"): "XQ{n}", ("two", "fa"): "[{n}]"}


def test_trying_a_pair_that_needs_a_pivot_tries_both_its_engines(use: Use) -> None:
    use(DummyEngine(pairs=frozenset({("pt", "en"), ("en", "nl")})))
    assert [(hop.src, hop.dst) for hop in hops_to_try(pair=("pt", "nl"))] == [("pt", "en"), ("en", "nl")]
    assert hops_to_try(pair=("pt", "nl"), engine="other") == []


def test_an_engine_that_fails_is_told_and_forgets_nothing(use: Use) -> None:
    EngineState.objects.create(engine="dummy", source="pt", target="en", placeholder="[{n}]")
    use(DummyEngine(pairs=frozenset({("pt", "en")}), fail=FailureKind.QUOTA))
    (trial,) = try_engines(hops_to_try())
    assert trial.found is None
    assert "translates nothing" in trial.error
    state = EngineState.objects.get()
    assert (state.placeholder, state.probed_at) == ("[{n}]", None)


def test_of_an_engine_that_is_paid_for_only_the_pairs_are_tried_that_texts_call_for(
    use: Use, alice: Member
) -> None:
    paid = DummyEngine(billed=True, pairs=frozenset({("pt", "en"), ("fa", "en"), ("pt", "nl")}))
    use(paid)
    assert hops_to_try() == []
    text = "Um filme muito bonito sobre dois irmãos e um par de sapatos."
    publish_review(author=alice, subject=make_title(), body=text, language="pt")
    assert set(Translation.objects.values_list("target", flat=True)) == {"en", "nl"}
    assert {(hop.src, hop.dst) for hop in hops_to_try()} == {("pt", "en"), ("pt", "nl")}
    assert [hop.src for hop in hops_to_try(pair=("fa", "en"))] == ["fa"]


# --- A language in between, from order to oblivion --------------------------------------------------------


def test_a_text_goes_by_way_of_english_and_leaves_nothing_of_that_when_it_is_erased(
    alice: Member, use: Use
) -> None:
    use(
        DummyEngine(key="one", pairs=frozenset({("pt", "en")})),
        DummyEngine(key="two", pairs=frozenset({("en", "nl")})),
    )
    text = "Um filme muito bonito sobre dois sapatos."
    review = publish_review(author=alice, subject=make_title(), body=text, language="pt")
    row = Translation.objects.get(review=review, target="nl")
    assert translating.translate(row.pk) == "done"
    row.refresh_from_db()
    assert (row.engine, row.via) == ("one+two", "en")
    assert row.body == f"(nl) (en) {text}"
    assert set(Segment.objects.values_list("text", flat=True)) == {f"(en) {text}", f"(nl) (en) {text}"}
    assert translating.forget_sentences(of=Q(review=review)) == 2
    assert not Segment.objects.exists()
