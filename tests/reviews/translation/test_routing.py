"""Which engine translates what: rules of an operator, alternatives, languages in between, and who may not be asked."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.translation.base import EngineSettingError, Failed, FailureKind, Ok, Pair
from reviews.translation.chain import Chain
from reviews.translation.engines.dummy import DummyEngine
from reviews.translation.engines.fx import FxEngine
from reviews.translation.memory import DictMemory, segment_key
from reviews.translation.model_store import add_model, find_model
from reviews.translation.pipeline import Status, translate_source
from reviews.translation.probe import probe
from reviews.translation.router import Route, Router
from reviews.translation.routes import RouteError, Rule, parse_rules, resolve_pair
from reviews.translation.specs import EngineSpec, make_engine, parse_engine
from tests.reviews.translation.contract import EngineContract


def engine(key: str, *pairs: str, external: bool = False, **options: object) -> DummyEngine:
    """A dummy for pairs written as "nl-en"."""
    known = frozenset((src, dst) for src, _, dst in (pair.partition(">") for pair in pairs))
    return DummyEngine(key=key, external=external, pairs=known, **options)  # type: ignore[arg-type]  # a test's shorthand


def ways(routes: list[Route]) -> list[str]:
    return [f"{route.engine.key}{f' via {route.via}' if route.via else ''}" for route in routes]


# --- Without rules ----------------------------------------------------------------------------------------


def test_engines_go_in_their_order_and_a_pivot_comes_last() -> None:
    router = Router(
        [engine("one", "pt>en", "en>nl"), engine("two", "pt>nl", "pt>en"), engine("three", "pt>nl")]
    )
    assert ways(router.routes("pt", "nl")) == ["two", "three", "one+one via en", "two+one via en"]


def test_regions_are_found_by_their_language_and_exact_codes_go_first() -> None:
    router = Router([engine("one", "pt>en", "pt-BR>en")])
    (route,) = router.routes("pt-BR", "en-GB")
    assert (route.src, route.dst) == ("pt-BR", "en")
    (route,) = router.routes("pt-PT", "en")
    assert (route.src, route.dst) == ("pt", "en")
    assert resolve_pair({("pt", "en")}, "en", "pt") is None


@pytest.mark.parametrize(("src", "dst"), [("pt-BR", "pt-PT"), ("und", "en"), ("fa", "en"), ("en", "en")])
def test_a_pair_that_nobody_has_or_needs_has_no_way(src: str, dst: str) -> None:
    router = Router([engine("one", "pt>en", "pt-BR>pt")])
    assert router.routes(src, dst) == []
    assert not router.supports(src, dst)


def test_the_matrix_holds_what_a_language_in_between_can_reach() -> None:
    router = Router([engine("one", "pt>en", "en>nl", "de>fr")])
    assert router.matrix() == {("pt", "en"), ("en", "nl"), ("pt", "nl"), ("de", "fr")}
    assert router.targets("pt-BR") == ["en", "nl"]
    assert router.sources("nl") == ["en", "pt"]
    assert Router(list(router.engines()), pivots=()).matrix() == router.matrix() - {("pt", "nl")}
    assert Router([]).matrix() == frozenset()


def test_the_matrix_follows_what_engines_can_do() -> None:
    changing = engine("one", "pt>en")
    router = Router([changing])
    assert router.targets("pt") == ["en"]
    changing._pairs = frozenset({("pt", "en"), ("en", "nl")})
    assert router.targets("pt") == ["en", "nl"]


def test_several_pivots_are_tried_in_their_order() -> None:
    router = Router([engine("one", "pt>en", "en>nl", "pt>es", "es>nl")], pivots=("es", "en"))
    assert ways(router.routes("pt", "nl")) == ["one+one via es", "one+one via en"]


def test_nothing_goes_by_way_of_a_variant_of_its_own_language() -> None:
    router = Router([engine("one", "pt-BR>pt", "pt>nl", "nl>nl-BE")], pivots=("pt", "nl"))
    assert ways(router.routes("pt-BR", "nl")) == ["one"]
    assert router.routes("pt", "nl-BE")[0].via == ""


def test_an_engine_whose_answer_was_bad_is_left_out_and_its_pivot_is_another_matter() -> None:
    router = Router([engine("one", "pt>en", "en>nl", "pt>nl"), engine("two", "pt>nl")])
    assert ways(router.routes("pt", "nl", avoid=["one"])) == ["two", "one+one via en"]
    assert ways(router.routes("pt", "nl", avoid=["one+one", "two"])) == ["one"]


def test_a_member_who_refused_gets_no_way_out_of_the_house_not_even_half_of_one() -> None:
    router = Router([engine("out", "pt>en", "pt>nl", external=True), engine("home", "en>nl")])
    assert ways(router.routes("pt", "nl")) == ["out", "out+home via en"]
    assert [route.external for route in router.routes("pt", "nl")] == [True, True]
    assert router.routes("pt", "nl", external=False) == []
    assert not router.supports("pt", "en", external=False)
    assert router.matrix(external=False) == {("en", "nl")}


def test_a_route_names_the_states_it_depends_on() -> None:
    router = Router([engine("one", "pt>en"), engine("two", "en>nl")])
    (route,) = router.routes("pt-BR", "nl")
    assert route.states == (("one", "pt", "en"), ("two", "en", "nl"))
    (route,) = router.routes("pt", "en")
    assert route.states == (("one", "pt", "en"),)


# --- With rules -------------------------------------------------------------------------------------------


def test_the_first_rule_that_fits_names_all_the_ways_of_a_pair() -> None:
    engines = [engine("fx", "nl>en", "pt>en", "en>fa"), engine("deepl", "nl>en", "pt>en", "fa>en")]
    router = Router(engines, rules=parse_rules("nl>en: deepl fx; fa>*: none; *>en: fx"))
    assert ways(router.routes("nl", "en")) == ["deepl", "fx"]
    assert ways(router.routes("pt", "en")) == ["fx"]
    assert ways(router.routes("nl-BE", "en-GB")) == ["deepl", "fx"]
    assert router.routes("fa", "en") == []
    # No rule fits: every engine, and then a pivot.
    assert ways(router.routes("pt", "fa")) == ["fx+fx via en"]
    assert ("fa", "en") not in router.matrix()


def test_a_pivot_takes_the_place_that_its_rule_gives_it_and_keeps_to_the_rules_of_its_hops() -> None:
    engines = [engine("fx", "pt>en", "en>nl"), engine("deepl", "pt>en", "en>nl", "pt>nl")]
    rules = parse_rules("pt>nl: pivot deepl; en>nl: deepl")
    assert ways(Router(engines, rules=rules).routes("pt", "nl")) == [
        "fx+deepl via en",
        "deepl+deepl via en",
        "deepl",
    ]
    assert ways(Router(engines, rules=parse_rules("pt>nl: deepl")).routes("pt", "nl")) == ["deepl"]


def test_a_rule_may_be_of_a_region() -> None:
    router = Router(
        [engine("a", "pt>en"), engine("b", "pt>en")], rules=parse_rules("pt-BR>en: b; pt>en: none")
    )
    assert ways(router.routes("pt-BR", "en")) == ["b"]
    assert router.routes("pt", "en") == []
    assert router.matrix() == {("pt-BR", "en")}


def test_a_rule_for_an_engine_that_is_off_gives_no_other_engine_the_text() -> None:
    assert Router([engine("fx", "nl>en")], rules=parse_rules("nl>en: deepl")).routes("nl", "en") == []


def test_rules_are_read_with_spaces_commas_and_lines_as_they_come() -> None:
    assert parse_rules(" nl > en :fx,deepl ;\n\n *>en: none;") == (
        Rule("nl", "en", ("fx", "deepl")),
        Rule("*", "en", ()),
    )
    assert parse_rules("") == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nl-en: fx", "does not begin with a pair"),
        ("nl>en fx", "does not begin with a pair"),
        ("nl>en: fx pt>en: fx", "no name of an engine"),
        ("nl>en:", "names no engine"),
        ("nl>nl: fx", "one language only"),
        ("nl>en: fx fx", "twice"),
        ("nl>en: none fx", "something else"),
        ("dutch language>en: fx", "does not begin with a pair"),
        ("nl>en: Fx!", "no name of an engine"),
    ],
)
def test_a_rule_that_cannot_be_read_is_told_with_its_words(text: str, message: str) -> None:
    with pytest.raises(RouteError, match=message):
        parse_rules(f"*>pt: fx; {text}")


# --- What never happens -----------------------------------------------------------------------------------

codes = st.sampled_from(["en", "nl", "pt", "pt-BR", "es", "fa"])
pairs = st.frozensets(st.tuples(codes, codes).filter(lambda pair: pair[0] != pair[1]), max_size=8)
names = st.sampled_from(["a", "b", "c"])
rules = st.builds(
    Rule,
    st.one_of(codes, st.just("*")),
    st.one_of(codes, st.just("*")),
    st.lists(st.one_of(names, st.just("pivot")), max_size=3, unique=True).map(tuple),
)


@given(
    offers=st.lists(st.tuples(pairs, st.booleans()), max_size=3),
    rules=st.lists(rules, max_size=4),
    pivots=st.lists(codes, max_size=2, unique=True),
    src=codes,
    dst=codes,
    external=st.booleans(),
    avoid=st.sets(names),
)
def test_no_route_leaves_the_matrix_or_goes_where_a_member_refused(
    offers: list[tuple[frozenset[Pair], bool]],
    rules: list[Rule],
    pivots: list[str],
    src: str,
    dst: str,
    external: bool,
    avoid: set[str],
) -> None:
    made = [
        DummyEngine(key=key, pairs=known, external=outside)
        for key, (known, outside) in zip("abc", offers, strict=False)
    ]
    router = Router(made, rules=rules, pivots=pivots)
    routes = router.routes(src, dst, external=external, avoid=avoid)
    listed = {one.key: one.capabilities() for one in made}
    for route in routes:
        assert resolve_pair(router.matrix(external=external), src, dst)
        assert route.engine.key not in avoid
        assert (route.src, route.dst) in route.engine.capabilities().pairs
        assert route.engine.fingerprint(route.src, route.dst)
        for key, one, other in route.states:
            assert (one, other) in listed[key].pairs
            assert external or not listed[key].external
    if routes:
        assert router.supports(src, dst, external=external)
    if not router.supports(src, dst, external=external):
        assert not routes


# --- Two engines in a row ---------------------------------------------------------------------------------


class TestChain(EngineContract):
    src, dst = "pt", "nl"

    def make_engine(self) -> Chain:
        return Chain(engine("one", "pt>en"), engine("two", "en>nl"), via="en")

    def test_it_is_made_by_name_and_knows_its_options(self, tmp_path: Path) -> None:
        """No setting names a chain: routers make it, and it is known by the names of its engines."""
        assert self.make_engine().key == "one+two"


def test_two_real_models_in_a_row_keep_names_and_meaning(tmp_path: Path) -> None:
    built_in = find_model("en", "pt")
    assert built_in is not None
    folder = tmp_path / "found"
    folder.mkdir()
    for name in built_in.files:
        shutil.copyfile(built_in.path / name, folder / name)
    # As if it were Galician, its next relative: there and back is no pair.
    add_model(folder, models_dir=tmp_path / "store", src="en", dst="gl", hashes=built_in.files)
    fx = FxEngine(tmp_path / "store")
    (route,) = Router([fx]).routes("pt", "gl")
    (result,) = route.engine.translate(["O melhor de XQ0 é a atuação de XQ1."], src="pt", dst="gl")
    assert isinstance(result, Ok)
    assert {"XQ0", "XQ1"} <= set(re.findall(r"XQ\d", result.text))
    assert "desempenho" in result.text


def test_failures_of_either_hop_stay_with_their_sentence_and_keep_their_kind() -> None:
    first = engine("one", "pt>en", fail=FailureKind.TOO_LARGE, fail_when=lambda text: "longa" in text)
    second = engine("two", "en>nl", fail=FailureKind.QUOTA, fail_when=lambda text: "cara" in text)
    chain = Chain(first, second, via="en")
    results = chain.translate(["Uma longa.", "Muito cara.", "Boa."], src="pt", dst="nl")
    assert [result.kind for result in results[:2] if isinstance(result, Failed)] == ["too_large", "quota"]
    assert results[2] == Ok("(nl) (en) Boa.")
    # What failed on the way never reached the second engine.
    assert second.calls == [["(en) Muito cara.", "(en) Boa."]]


@pytest.mark.parametrize(
    ("garble", "fault"),
    [
        (lambda text: "", "empty"),
        (lambda text: "ha " * 12, "loop"),
        (lambda text: text.replace("1997", ""), "lost_numbers"),
    ],
)
def test_what_nobody_would_read_does_not_reach_the_second_engine(
    garble: Callable[[str], str], fault: str
) -> None:
    second = engine("two", "en>nl")
    chain = Chain(engine("one", "pt>en", garble=garble), second, via="en")
    (result,) = chain.translate(["Vi o filme em 1997 com a minha irmã."], src="pt", dst="nl")
    assert isinstance(result, Failed)
    assert (result.kind, result.detail) == (FailureKind.UNFIT, fault)
    assert second.calls == []


def test_each_hop_gets_the_form_of_token_that_it_takes_best_and_another_when_one_got_lost() -> None:
    first, second = (
        engine("one", "pt>en"),
        engine("two", "en>nl", garble=lambda text: text.replace("[0]", "")),
    )
    (route,) = Router([first, second]).routes("pt", "nl")
    chain, form = route.prepared(["__{n}__", "[{n}]"])
    assert form == "XQ{n}"
    (result,) = chain.translate(["Vi XQ0."], src="pt", dst="nl")
    assert result == Ok("(nl) (en) Vi XQ0.")
    assert first.calls == [["Vi __0__."]]
    assert second.calls == [["(en) Vi [0]."], ["(en) Vi XQ0."]]


def test_a_name_that_no_form_brings_through_is_a_failure_of_its_sentence() -> None:
    second = engine("two", "en>nl", garble=lambda text: re.sub(r"\S*0\S*", "", text))
    chain = Chain(engine("one", "pt>en"), second, via="en")
    results = chain.translate(["Vi XQ0.", "Vi."], src="pt", dst="nl")
    assert isinstance(results[0], Failed)
    assert (results[0].kind, results[0].detail) == (FailureKind.UNFIT, "lost_atoms")
    assert isinstance(results[1], Ok)


def test_a_sentence_that_was_translated_into_english_for_itself_is_not_asked_for_again() -> None:
    memory = DictMemory()
    one, two = engine("one", "pt>en"), engine("two", "en>nl")
    source = "O filme é muito bonito. Vi *Central do Brasil* ontem."
    translate_source(source, src="pt", dst="en", engine=one, memory=memory)
    asked = len(one.calls)
    (route,) = Router([one, two]).routes("pt", "nl")
    chain, form = route.prepared(["XQ{n}", "XQ{n}"], memory)
    outcome = translate_source(source, src="pt", dst="nl", engine=chain, memory=memory, placeholder=form)
    assert outcome.status is Status.DONE
    assert "*Central do Brasil*" in outcome.source
    assert len(one.calls) == asked
    assert outcome.engine == "one+two"
    # And the other way round: what the pivot made of it in between serves the English translation.
    fresh = DictMemory()
    chain, form = route.prepared(["XQ{n}", "XQ{n}"], fresh)
    translate_source(source, src="pt", dst="nl", engine=chain, memory=fresh, placeholder=form)
    key = segment_key(
        "O filme é muito bonito.", src="pt", dst="en", engine="one", fingerprint=one.fingerprint("pt", "en")
    )
    assert fresh[key] == "(en) O filme é muito bonito."


def test_a_memory_whose_names_are_others_is_not_believed() -> None:
    memory, one = DictMemory(), engine("one", "pt>en")
    key = segment_key("Vi XQ0.", src="pt", dst="en", engine="one", fingerprint=one.fingerprint("pt", "en"))
    memory[key] = "I saw it."
    chain = Chain(one, engine("two", "en>nl"), via="en", memory=memory)
    assert chain.translate(["Vi XQ0."], src="pt", dst="nl") == [Ok("(nl) (en) Vi XQ0.")]


def test_a_chain_is_known_by_both_its_engines_and_the_language_between() -> None:
    def print_of(**options: str) -> str:
        first = engine("one", "pt>en", "pt>es", version=options.get("first", "1"))
        second = engine("two", "en>nl", "es>nl", version=options.get("second", "1"))
        return Chain(first, second, via=options.get("via", "en")).fingerprint("pt", "nl")

    assert len({print_of(), print_of(first="2"), print_of(second="2"), print_of(via="es")}) == 4
    assert Chain(engine("a", "pt>en"), engine("b", "es>nl"), via="en").fingerprint("pt", "nl") == ""


def test_a_chain_sends_text_out_of_the_house_when_either_half_does() -> None:
    home, out = engine("home", "pt>en", "en>nl"), engine("out", "pt>en", "en>nl", external=True)
    assert not Chain(home, home, via="en").capabilities().external
    assert Chain(home, out, via="en").capabilities().external
    assert Chain(out, home, via="en").capabilities().external


# --- Trying out -------------------------------------------------------------------------------------------


def test_the_probe_finds_the_token_the_real_model_leaves_alone() -> None:
    found = probe(FxEngine(), "pt", "en")
    assert found.placeholder == "XQ{n}"
    assert found.survival["XQ{n}"] == 1
    assert found.survival["{{{n}}}"] < 1
    assert "XQ0" in found.sample


def test_the_probe_says_when_nothing_comes_back() -> None:
    with pytest.raises(ValueError, match="translates nothing"):
        probe(DummyEngine(fail=FailureKind.REJECTED), "pt", "en")


# --- What the settings say of engines ---------------------------------------------------------------------


def test_an_engine_is_its_kind_or_a_name_a_kind_and_options() -> None:
    assert parse_engine(" fx ") == EngineSpec("fx", "fx", {})
    assert parse_engine("house=libretranslate?url=http://127.0.0.1:5000&key_env=LT_KEY") == EngineSpec(
        "house", "libretranslate", {"url": "http://127.0.0.1:5000", "key_env": "LT_KEY"}
    )
    assert parse_engine("deepl?key_env=DEEPL_KEY").name == "deepl"


def test_an_engine_of_somebody_elses_is_made_from_its_path(tmp_path: Path) -> None:
    made = make_engine(parse_engine("mine=reviews.translation.engines.fx.FxEngine"), models_dir=tmp_path)
    assert made.key == "mine"
    assert isinstance(made, FxEngine)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is no engine"),
        ("fx?keep", "no options"),
        ("fx?keep=1&keep=2", "twice"),
        ("a+b=fx", "cannot be the name"),
        ("pivot=fx", "cannot be the name"),
        (f"{'x' * 40}=fx", "cannot be the name"),
        ("babelfish", "no engine of the kind 'babelfish'"),
        ("no.such.Engine", "no: |No module"),
        ("fx?colour=red", "no option colour"),
    ],
)
def test_an_engine_that_cannot_be_made_is_told_with_its_name(text: str, message: str) -> None:
    with pytest.raises(EngineSettingError, match=message):
        make_engine(parse_engine(text))
