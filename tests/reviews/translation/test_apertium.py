"""Apertium's real server, in a network of its own; skipped, with the reason, where it cannot run."""

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from reviews.translation.base import Failed, FailureKind, NotOffered, Ok, RemoteEngine, Result
from reviews.translation.engines.apertium import ApertiumEngine
from reviews.translation.router import Router
from tests.reviews.translation.apertium import ApertiumServer, NoApertium
from tests.reviews.translation.contract import RemoteEngineContract

PAIRS = frozenset({("es", "en"), ("en", "es"), ("fr", "es"), ("es", "fr")})


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApertiumServer]:
    try:
        with ApertiumServer(tmp_path_factory.mktemp("apertium")) as server:
            yield server
    except NoApertium as reason:
        pytest.skip(f"Apertium's server does not run here: {reason}")


@pytest.fixture
def server(running: ApertiumServer) -> Iterator[ApertiumServer]:
    """One that a test may kill."""
    yield running
    running.kill()
    running.start()


@pytest.fixture
def engine(running: ApertiumServer) -> ApertiumEngine:
    return told(running.url)


def untold(url: str) -> ApertiumEngine:
    return ApertiumEngine.from_settings("apertium", {"url": url}, None)


def told(url: str) -> ApertiumEngine:
    engine = untold(url)
    engine.know(PAIRS)
    return engine


def spanish(engine: ApertiumEngine, *texts: str) -> list[str | Failed]:
    results = engine.translate(texts, src="es", dst="en")
    return [result.text if isinstance(result, Ok) else result for result in results]


class TestApertium(RemoteEngineContract):
    kind = "apertium"
    src = "es"
    sentences = ("La película es muy bonita.", "Lloré mucho al final.", "La música es preciosa.")
    review = (
        "Vi *Niños del paraíso* de Majid Majidi en 1997 y le di 4,5/5 ❤️.\n\n"
        "- Al final ||el niño gana la carrera|| y yo lloré, @joana.\n\n"
        "Hoy leo [la crítica](https://example.org/a_b) y [[Cinema Paradiso]]."
    )
    names = ("Niños del paraíso", "Majid Majidi")

    @pytest.fixture(autouse=True)
    def _server(self, running: ApertiumServer) -> None:
        self.url = running.url

    def options(self) -> Mapping[str, str]:
        return {"url": self.url}

    def make_untold(self) -> RemoteEngine:
        return untold(self.url)

    def make_at(self, url: str) -> RemoteEngine:
        return told(url)


def test_it_offers_what_is_installed_in_our_codes(running: ApertiumServer) -> None:
    assert untold(running.url).fetch_pairs() >= PAIRS


def test_it_really_translates(engine: ApertiumEngine) -> None:
    assert spanish(engine, "La casa es roja.") == ["The house is red."]


def test_a_pair_that_is_not_installed_is_unsupported(engine: ApertiumEngine) -> None:
    engine.know(PAIRS | {("nl", "en")})
    (result,) = engine.translate(["Mooi."], src="nl", dst="en")
    assert result == Failed(FailureKind.UNSUPPORTED, "HTTP 400: That pair is not installed")


def test_it_goes_from_french_to_english_by_way_of_spanish(engine: ApertiumEngine) -> None:
    (route,) = Router([engine], pivots=["es"]).routes("fr", "en")
    assert route.via == "es"
    (result,) = route.engine.translate(["La maison est rouge."], src=route.src, dst=route.dst)
    assert isinstance(result, Ok)
    assert result.text == "The house is red."


def test_words_that_no_dictionary_has_are_not_marked(engine: ApertiumEngine) -> None:
    assert spanish(engine, "La casa xqzwyk es roja.") == ["The house xqzwyk is red."]


def test_lines_of_one_text_stay_one_text(engine: ApertiumEngine) -> None:
    texts = ("La casa\n\nes roja.", "El niño.\r\n\u2028Corre.", "\n", "Hola.")
    answers = spanish(engine, *texts)
    assert len(answers) == 4
    assert answers[2] == "\n"
    assert answers == [spanish(engine, text)[0] for text in texts]
    assert answers[0] == "The house is red."


def test_nothing_is_cut_off_while_others_wait(engine: ApertiumEngine) -> None:
    # With more than two at work the server takes what it is given in small pieces, and only so many of them.
    room = engine.capabilities().max_characters
    text = " ".join(f"casa{n}" for n in range(9000))[:room].rsplit(" ", 1)[0]
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda _: spanish(engine, text), range(12)))
    assert answers == [[text]] * 12


def test_many_texts_go_in_few_requests(engine: ApertiumEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = sizes_asked(engine, monkeypatch)
    texts = [f"La casa {n} es roja." for n in range(60)]
    assert spanish(engine, *texts) == [f"The house {n} is red." for n in range(60)]
    assert sizes == [50, 10]


def test_where_paragraphs_come_back_joined_each_is_asked_for_alone(
    engine: ApertiumEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = sizes_asked(engine, monkeypatch, join=True)
    texts = [f"La casa {n} es roja." for n in range(5)]
    assert spanish(engine, *texts) == [f"The house {n} is red." for n in range(5)]
    assert sizes == [5, 1, 1, 1, 1, 1]


def sizes_asked(engine: ApertiumEngine, monkeypatch: pytest.MonkeyPatch, *, join: bool = False) -> list[int]:
    """How many paragraphs each request has; with `join` the first two of the answer become one."""
    sizes: list[int] = []
    really = engine._paragraphs

    def ask(lines: list[str], src: str, dst: str, deadline: float) -> str:
        sizes.append(len(lines))
        answer = really(lines, src, dst, deadline)
        return answer.replace("\n\n", " ", 1) if join else answer

    monkeypatch.setattr(engine, "_paragraphs", ask)
    return sizes


def kinds(results: list[Result]) -> list[FailureKind | None]:
    return [result.kind if isinstance(result, Failed) else None for result in results]


def test_killed_mid_way_it_may_work_later_and_does_when_it_is_back(
    server: ApertiumServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = told(server.url)
    really = engine._paragraphs
    asked = 0

    def kill_before_the_second(lines: list[str], src: str, dst: str, deadline: float) -> str:
        nonlocal asked
        asked += 1
        if asked == 2:
            server.kill()
        return really(lines, src, dst, deadline)

    monkeypatch.setattr(engine, "_paragraphs", kill_before_the_second)
    texts = [f"La casa {n} es roja." for n in range(120)]
    results = engine.translate(texts, src="es", dst="en")
    # The good part is kept, and a dead server is not asked for the third part.
    assert kinds(results) == [None] * 50 + [FailureKind.RETRYABLE] * 70
    assert asked == 2
    with pytest.raises(NotOffered):
        engine.fetch_pairs()
    server.start()
    assert kinds(engine.translate(texts, src="es", dst="en")) == [None] * 120


def test_frozen_it_is_left_at_the_deadline(server: ApertiumServer) -> None:
    server.freeze()
    began = time.monotonic()
    results = told(server.url).translate(["Hola."], src="es", dst="en", deadline=began + 0.5)
    assert kinds(results) == [FailureKind.RETRYABLE]
    assert time.monotonic() - began < 15


@pytest.mark.usefixtures("running")  # skipped with it
def test_it_ends_with_whoever_started_it_however_that_ends(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from tests.reviews.translation.apertium import ApertiumServer\n"
        "with ApertiumServer(Path(sys.argv[1])) as server:\n"
        "    print(server._inside.pid, flush=True); time.sleep(60)"
    )
    starter = subprocess.Popen([sys.executable, "-c", script, tmp_path], stdout=subprocess.PIPE, text=True)
    assert starter.stdout
    inside = psutil.Process(int(starter.stdout.readline()))
    family = [inside, *inside.children(recursive=True)]
    assert any("apertium-apy" in part for process in family for part in process.cmdline())
    starter.kill()
    starter.wait()
    assert psutil.wait_procs(family, timeout=10)[1] == []
