"""LibreTranslate and DeepL against servers that speak their language, and whose machine an address is."""

import logging
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from reviews.translation.base import (
    EngineSettingError,
    Failed,
    FailureKind,
    NotOffered,
    Ok,
    RemoteEngine,
    Result,
    call_engine,
)
from reviews.translation.engines import REGISTRY
from reviews.translation.engines.deepl import DeepLEngine
from reviews.translation.engines.libretranslate import LibreTranslateEngine
from reviews.translation.engines.place import Place, checked_address
from reviews.translation.engines.remote import retry_after, without_entities
from tests.reviews.translation.contract import RemoteEngineContract
from tests.reviews.translation.servers import DeepLServer, Fault, LibreTranslateServer

TEXTS = ["O filme é bonito.", "Eu chorei no final."]
ENGLISH = [Ok("The film is beautiful."), Ok("I cried in the end.")]
PAIRS = frozenset({("pt", "en"), ("en", "pt")})


@pytest.fixture(scope="module")
def _servers() -> Iterator[tuple[LibreTranslateServer, DeepLServer]]:
    with LibreTranslateServer() as libretranslate, DeepLServer() as deepl:
        yield libretranslate, deepl


@pytest.fixture
def libretranslate(_servers: tuple[LibreTranslateServer, DeepLServer]) -> LibreTranslateServer:
    _servers[0].make_well()
    return _servers[0]


@pytest.fixture
def deepl(_servers: tuple[LibreTranslateServer, DeepLServer]) -> DeepLServer:
    _servers[1].make_well()
    return _servers[1]


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("THE_KEY", DeepLServer.good_key)
    return DeepLServer.good_key


def make(kind: str, url: str, **options: str) -> RemoteEngine:
    if kind == "deepl":
        options = {"key_env": "THE_KEY", **options}
    engine = REGISTRY[kind].from_settings(kind, {"url": url, **options}, None)
    assert isinstance(engine, RemoteEngine)
    return engine


def told(kind: str, url: str, **options: str) -> RemoteEngine:
    engine = make(kind, url, **options)
    engine.know(PAIRS)
    return engine


def translate(engine: RemoteEngine, texts: list[str], seconds: float = 10.0) -> list[Result]:
    return engine.translate(texts, src="pt", dst="en", deadline=time.monotonic() + seconds)


def failed(results: list[Result]) -> Failed:
    """The failure that all results share."""
    assert len(set(results)) == 1
    assert isinstance(results[0], Failed)
    return results[0]


class TestLibreTranslate(RemoteEngineContract):
    kind = "libretranslate"

    @pytest.fixture(autouse=True)
    def _server(self, libretranslate: LibreTranslateServer) -> None:
        self.server = libretranslate

    def options(self) -> Mapping[str, str]:
        return {"url": self.server.url}

    def make_untold(self) -> RemoteEngine:
        return make(self.kind, self.server.url)

    def make_at(self, url: str) -> RemoteEngine:
        return told(self.kind, url)


@pytest.mark.usefixtures("key")
class TestDeepL(RemoteEngineContract):
    kind = "deepl"

    @pytest.fixture(autouse=True)
    def _server(self, deepl: DeepLServer) -> None:
        self.server = deepl

    def options(self) -> Mapping[str, str]:
        return {"url": self.server.url, "key_env": "THE_KEY"}

    def make_untold(self) -> RemoteEngine:
        return make(self.kind, self.server.url)

    def make_at(self, url: str) -> RemoteEngine:
        return told(self.kind, url)


# --- What goes wrong at the other end ---------------------------------------------------------------------

FAULTS = [
    (Fault.BUSY, FailureKind.RETRYABLE, 17.0),
    (Fault.QUOTA, FailureKind.QUOTA, None),
    (Fault.TOO_LARGE, FailureKind.TOO_LARGE, None),
    (Fault.ERROR, FailureKind.RETRYABLE, None),
    (Fault.UNAVAILABLE, FailureKind.RETRYABLE, None),
    (Fault.CLOSES, FailureKind.RETRYABLE, None),
    (Fault.BREAKS_OFF, FailureKind.RETRYABLE, None),
    (Fault.CUT_JSON, FailureKind.BROKEN, None),
    (Fault.FLOODS, FailureKind.BROKEN, None),
    (Fault.FEWER, FailureKind.BROKEN, None),
    (Fault.MORE, FailureKind.BROKEN, None),
    (Fault.NO_LIST, FailureKind.BROKEN, None),
    (Fault.DEEP, FailureKind.BROKEN, None),
    (Fault.REDIRECTS, FailureKind.REJECTED, None),
]


@pytest.mark.usefixtures("key")
@pytest.mark.parametrize("name", ["libretranslate", "deepl"])
@pytest.mark.parametrize(("fault", "kind", "wait"), FAULTS, ids=[fault[0] for fault in FAULTS])
def test_each_fault_is_the_failure_that_says_what_to_do(
    request: pytest.FixtureRequest, name: str, fault: Fault, kind: FailureKind, wait: float | None
) -> None:
    server = request.getfixturevalue(name)
    engine = told(name, server.url)
    server.fault = fault
    failure = failed(translate(engine, TEXTS))
    assert failure.kind is kind
    if (name, fault) != ("deepl", Fault.QUOTA):
        assert failure.retry_after == wait
    server.fault = Fault.NONE
    assert translate(engine, TEXTS) == ENGLISH


@pytest.mark.usefixtures("key")
@pytest.mark.parametrize("fault", [Fault.HANGS, Fault.DRIPS])
def test_one_that_answers_too_slowly_is_left_at_the_deadline(deepl: DeepLServer, fault: Fault) -> None:
    deepl.fault = fault
    began = time.monotonic()
    assert failed(translate(told("deepl", deepl.url), TEXTS, 0.5)).kind is FailureKind.RETRYABLE
    assert time.monotonic() - began < 15


def test_the_good_part_of_an_answer_is_kept(libretranslate: LibreTranslateServer) -> None:
    libretranslate.fault = Fault.NUMBERS
    good, bad = translate(told("libretranslate", libretranslate.url), TEXTS)
    assert good == ENGLISH[0]
    assert bad == Failed(FailureKind.BROKEN, "the answer is no text")


@pytest.mark.usefixtures("key")
def test_entities_that_a_server_made_become_characters_again(deepl: DeepLServer) -> None:
    deepl.fault = Fault.ENTITIES
    (result,) = translate(told("deepl", deepl.url), ['Ele disse "não" ao rei.'])
    assert isinstance(result, Ok)
    assert result.text.count('"') == 2
    assert "&" not in result.text
    assert without_entities("a &amp; b", "a &amp; b") == "a &amp; b"
    assert without_entities("AT&T", "AT&T") == "AT&T"


def test_an_answer_that_goes_on_and_on_is_none(libretranslate: LibreTranslateServer) -> None:
    libretranslate.fault = Fault.LOOPS
    engine = told("libretranslate", libretranslate.url)
    assert [
        result.kind for result in call_engine(engine, TEXTS, src="pt", dst="en") if isinstance(result, Failed)
    ] == [FailureKind.BROKEN] * 2


def test_an_engine_that_is_down_or_busy_is_asked_once_for_all_batches(
    libretranslate: LibreTranslateServer,
) -> None:
    libretranslate.fault = Fault.BUSY
    engine = told("libretranslate", libretranslate.url)
    assert failed(translate(engine, TEXTS * 60)).kind is FailureKind.RETRYABLE
    assert len(libretranslate.asked) == 1


def test_texts_without_a_word_are_not_sent(libretranslate: LibreTranslateServer) -> None:
    engine = told("libretranslate", libretranslate.url)
    assert translate(engine, ["", TEXTS[0], " \n"]) == [Ok(""), ENGLISH[0], Ok(" \n")]
    assert [asked.body["q"] for asked in libretranslate.asked] == [TEXTS[:1]]
    assert translate(engine, ["", " "]) == [Ok(""), Ok(" ")]
    assert len(libretranslate.asked) == 1


def test_texts_that_are_too_large_cost_their_neighbours_nothing(libretranslate: LibreTranslateServer) -> None:
    results = translate(
        told("libretranslate", libretranslate.url), [TEXTS[0], "palavra " * 2000, "", TEXTS[1]]
    )
    assert [results[0], results[2], results[3]] == [ENGLISH[0], Ok(""), ENGLISH[1]]
    assert isinstance(results[1], Failed)
    assert results[1].kind is FailureKind.TOO_LARGE
    libretranslate.most_characters = 20
    assert failed(translate(told("libretranslate", libretranslate.url), TEXTS)).kind is FailureKind.TOO_LARGE


# --- LibreTranslate ---------------------------------------------------------------------------------------


def test_libretranslate_says_its_pairs_by_targets(libretranslate: LibreTranslateServer) -> None:
    assert make("libretranslate", libretranslate.url).fetch_pairs() == PAIRS


@pytest.mark.parametrize("fault", [Fault.ERROR, Fault.CUT_JSON, Fault.FLOODS, Fault.CLOSES])
def test_a_list_of_pairs_that_does_not_come_well_is_no_list(
    libretranslate: LibreTranslateServer, fault: Fault
) -> None:
    libretranslate.fault = fault
    with pytest.raises(NotOffered):
        make("libretranslate", libretranslate.url).fetch_pairs()


@pytest.mark.parametrize(
    "said",
    [
        {},
        [1],
        [{"code": "en"}],
        [{"code": "en", "targets": None}],
        [{"code": 1, "targets": ["en"]}],
        "x",
        None,
    ],
)
def test_a_list_of_pairs_of_another_shape_is_no_list(
    libretranslate: LibreTranslateServer, said: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(libretranslate, "answer", lambda asked: (200, said))
    engine = make("libretranslate", libretranslate.url)
    if said == {}:
        assert engine.fetch_pairs() == frozenset()
        return
    with pytest.raises(NotOffered) as caught:
        engine.fetch_pairs()
    assert caught.value.failure.kind is FailureKind.BROKEN


def test_libretranslate_refuses_a_language_it_lost(libretranslate: LibreTranslateServer) -> None:
    engine = make("libretranslate", libretranslate.url)
    engine.know(frozenset({("nl", "en")}))
    assert failed(engine.translate(["Mooi."], src="nl", dst="en")).kind is FailureKind.UNSUPPORTED


def test_libretranslate_is_given_its_key(libretranslate: LibreTranslateServer, key: str) -> None:
    libretranslate.key = key
    assert translate(told("libretranslate", libretranslate.url, key_env="THE_KEY"), TEXTS) == ENGLISH
    failure = failed(translate(told("libretranslate", libretranslate.url), TEXTS))
    assert failure.kind is FailureKind.REJECTED


# --- DeepL ------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("key")
def test_deepl_offers_languages_and_their_variants(deepl: DeepLServer) -> None:
    pairs = make("deepl", deepl.url).fetch_pairs()
    assert {dst for src, dst in pairs if src == "nl"} == {
        "en", "en-GB", "en-US", "no", "pt", "pt-BR", "pt-PT", "zh", "zh-Hans",
    }  # fmt: skip
    assert {src for src, _dst in pairs} == {"en", "nl", "no", "pt"}
    assert ("en", "en-GB") not in pairs


@pytest.mark.usefixtures("key")
@pytest.mark.parametrize(
    ("src", "dst", "sent"),
    [("pt", "en", "EN-GB"), ("pt", "en-US", "EN-US"), ("en", "pt", "PT-BR"), ("en", "pt-PT", "PT-PT")],
)
def test_deepl_is_asked_for_the_variant_it_writes(deepl: DeepLServer, src: str, dst: str, sent: str) -> None:
    engine = make("deepl", deepl.url)
    engine.know(engine.fetch_pairs())
    assert isinstance(engine.translate(["Casa."], src=src, dst=dst)[0], Ok)
    assert deepl.asked[-1].body["target_lang"] == sent
    assert deepl.asked[-1].body["source_lang"] == src.upper()


@pytest.mark.usefixtures("key")
def test_deepl_gets_no_more_than_fifty_texts_or_128_kib_at_once(deepl: DeepLServer) -> None:
    engine = told("deepl", deepl.url)
    assert all(isinstance(result, Ok) for result in translate(engine, TEXTS * 60, 60))
    assert [len(asked.body["text"]) for asked in deepl.asked] == [50, 50, 20]
    deepl.asked.clear()
    long = translate(engine, ["𝄞" * 10_000] * 5, 60)
    assert not any(isinstance(result, Failed) and result.kind is FailureKind.TOO_LARGE for result in long)
    assert [len(asked.body["text"]) for asked in deepl.asked] == [3, 2]


@pytest.mark.usefixtures("key")
def test_a_spent_quota_says_how_much_was_used_and_when_there_is_more(deepl: DeepLServer) -> None:
    deepl.fault = Fault.QUOTA
    failure = failed(translate(told("deepl", deepl.url), TEXTS))
    assert failure.kind is FailureKind.QUOTA
    assert failure.detail == "500000 of 500000 characters are used"
    assert failure.retry_after is not None
    assert failure.retry_after > 24 * 3600
    deepl.ends = "soon"
    assert failed(translate(told("deepl", deepl.url), TEXTS)).retry_after is None


def test_deepl_counts_characters_and_is_outside_wherever_it_is_reached(key: str) -> None:
    capabilities = told("deepl", "http://127.0.0.1:9").capabilities()
    assert capabilities.external
    assert capabilities.billed
    with pytest.raises(EngineSettingError, match="no option external"):
        make("deepl", "https://api.deepl.com", external="no")


@pytest.mark.parametrize(
    ("value", "url"), [("abc", "https://api.deepl.com"), ("abc:fx", "https://api-free.deepl.com")]
)
def test_a_key_of_the_free_plan_goes_to_its_own_address(
    monkeypatch: pytest.MonkeyPatch, value: str, url: str
) -> None:
    monkeypatch.setenv("THE_KEY", value)
    engine = DeepLEngine.from_settings("deepl", {"key_env": "THE_KEY"}, None)
    assert engine._place.url == url


@pytest.mark.parametrize("fault", list(Fault))
def test_the_key_is_in_no_error_log_or_repr(
    deepl: DeepLServer, key: str, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    engine = told("deepl", deepl.url)
    deepl.fault = fault
    if fault is Fault.NO_KEY:
        deepl.key = "another"
    results = translate(engine, TEXTS, 0.5)
    if fault is Fault.NO_KEY:
        assert failed(results).kind is FailureKind.REJECTED
        assert "Wrong key" in failed(results).detail
    shown = [*map(repr, results), caplog.text, repr(engine), repr(engine._place)]
    assert key not in "\n".join(shown)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "environment has no THE_KEY"),
        ("  ", "has no THE_KEY"),
        ("a\nb", "is no key"),
        ("ké", "is no key"),
    ],
)
def test_a_key_that_cannot_be_one_is_told_without_showing_it(
    monkeypatch: pytest.MonkeyPatch, value: str | None, message: str
) -> None:
    monkeypatch.delenv("THE_KEY", raising=False)
    if value is not None:
        monkeypatch.setenv("THE_KEY", value)
    with pytest.raises(EngineSettingError, match=message) as caught:
        make("deepl", "https://api.deepl.com")
    assert "é" not in str(caught.value)


def test_a_key_in_the_place_of_its_variable_is_not_shown() -> None:
    with pytest.raises(EngineSettingError, match="the name of a variable") as caught:
        REGISTRY["deepl"].from_settings("deepl", {"key_env": "3f1c-secret-77:fx"}, None)
    assert "secret" not in str(caught.value)


def test_deepl_without_a_key_is_not_made() -> None:
    with pytest.raises(EngineSettingError, match="key_env"):
        REGISTRY["deepl"].from_settings("deepl", {}, None)


# --- Addresses --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "external"),
    [
        ("http://localhost:5000", False),
        ("http://127.0.0.1:5000", False),
        ("http://10.1.2.3:5000/api", False),
        ("http://[::1]:5000", False),
        ("http://[fd00::1]", False),
        ("http://libretranslate:5000", False),
        ("http://mt.internal", False),
        ("https://translate.example.org", True),
        ("https://93.184.216.34", True),
        ("https://[2606:2800:220:1::1]", True),
    ],
)
def test_whether_text_leaves_the_house_follows_from_the_address(url: str, external: bool) -> None:
    assert make("libretranslate", url).capabilities().external is external
    assert (
        make("libretranslate", url, external="yes" if external else "no").capabilities().external is external
    )


def test_the_operator_knows_better_whose_machine_it_is(key: str) -> None:
    assert checked_address("a", "http://mt.example.org", external=False) is False
    assert checked_address("a", "https://10.0.0.1", external=True) is True


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "url must be"),
        ({"url": "mt.example.org"}, "url must be"),
        ({"url": "ftp://house/"}, "url must be"),
        ({"url": "http://[::1"}, "url must be"),
        ({"url": "http://house:99999/"}, "url must be"),
        ({"url": "http://höuse/"}, "url must be"),
        ({"url": "http://me:pass@house/"}, "no password"),
        ({"url": "http://house/?a=b"}, "no question mark"),
        ({"url": "http://mt.example.org"}, "https only"),
        ({"url": "http://house", "external": "maybe"}, "yes or no"),
        ({"url": "http://house", "key_env": "NOT_SET_ANYWHERE"}, "environment has no"),
    ],
)
def test_what_cannot_be_meant_is_told_to_the_operator(options: dict[str, str], message: str) -> None:
    with pytest.raises(EngineSettingError, match=message) as caught:
        LibreTranslateEngine.from_settings("libre", options, None)
    assert str(caught.value).startswith("libre: ")
    assert "pass@" not in str(caught.value)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("", None), ("17", 17), ("soon", None), ("-3", None), ("9" * 400, 999999999999), ("١٢", None)],
)
def test_a_wait_is_read_from_seconds(header: str, seconds: float | None) -> None:
    assert retry_after(header) == seconds


def test_a_wait_is_read_from_a_date() -> None:
    assert retry_after("Fri, 01 Jan 2010 00:00:00 GMT") == 0
    later = retry_after("Fri, 01 Jan 2100 00:00:00 GMT")
    assert later is not None
    assert later > 3600
    assert retry_after("Fri, 01 Jan 99999 00:00:00 GMT") is None


def test_an_address_keeps_its_path(tmp_path: Path) -> None:
    assert Place.from_settings("a", {"url": "http://house/api/"}, known=("url",)).url == "http://house/api"
