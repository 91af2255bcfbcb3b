"""Servers that speak LibreTranslate's and DeepL's language, answered by the embedded engine, and as bad as a test wants.

`with LibreTranslateServer() as server:` listens on this machine; `server.fault` says what goes wrong from now on.
"""

import html
import json
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Event, Thread
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

from reviews.translation.base import Ok
from reviews.translation.engines.fx import FxEngine

# Asked by the server itself, to be sure that it has nothing else to do.
IDLE = "/idle"


class Fault(StrEnum):
    """What a server does instead of answering well."""

    NONE = ""
    BUSY = "busy"  # 429 with Retry-After
    QUOTA = "quota"
    NO_KEY = "no key"  # the key is wrong, and the answer repeats it
    TOO_LARGE = "too large"
    ERROR = "error"  # 500 with a page of HTML
    UNAVAILABLE = "unavailable"  # 503, DeepL's 529
    HANGS = "hangs"
    DRIPS = "drips"  # a byte at a time
    CUT_JSON = "cut json"  # whole as HTTP, broken off as JSON
    BREAKS_OFF = "breaks off"  # less than Content-Length promised
    CLOSES = "closes"  # no answer at all
    FLOODS = "floods"
    FEWER = "fewer"
    MORE = "more"
    NUMBERS = "numbers"  # no texts in the list
    NO_LIST = "no list"
    DEEP = "deep"  # JSON as deep as no reader goes
    ENTITIES = "entities"
    LOOPS = "loops"
    REDIRECTS = "redirects"


class Asked(NamedTuple):
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: Any


class _Server(HTTPServer):
    """One request at a time in one thread, which owns the engine that answers."""

    most_texts = 1000
    good_key = ""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _handler_of(self))
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.closing = Event()
        self._become_new()
        self._thread = Thread(target=self._serve)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *args: object) -> None:
        self.closing.set()
        self.released.set()
        self.shutdown()
        self._thread.join()
        self.server_close()

    def make_well(self) -> None:
        """As new, for the next test: what clients that gave up had sent is answered before, one request at a time."""
        self.released.set()
        self.fault = Fault.NONE
        urlopen(f"{self.url}{IDLE}", timeout=30).close()  # noqa: S310  (this very server)
        self._become_new()

    def _become_new(self) -> None:
        self.released = Event()
        self.fault = Fault.NONE
        self.asked: list[Asked] = []
        self.key = self.good_key
        self.most_characters = 1_000_000
        self.ends = "2031-01-01T00:00:00Z"

    def _serve(self) -> None:
        self._fx = FxEngine()
        self.serve_forever(poll_interval=0.02)
        # A model is to be dropped by the thread that loaded it.
        del self._fx

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is what some tests are about."""

    def translated(self, texts: list[str], src: str, dst: str) -> list[str]:
        """What the embedded engine makes of texts, each in pieces that it takes."""
        results = []
        for text in texts:
            words = text.split(" ")
            pieces = [" ".join(words[n : n + 60]) for n in range(0, len(words), 60)]
            answers = self._fx.translate(pieces, src=src, dst=dst)
            results.append(" ".join(answer.text for answer in answers if isinstance(answer, Ok)))
        return self._spoiled(results)

    def _spoiled(self, texts: list[str]) -> list[Any]:
        match self.fault:
            case Fault.FEWER:
                return texts[:-1]
            case Fault.MORE:
                return [*texts, "And another thing."]
            case Fault.NUMBERS:
                return [*texts[:-1], 7]
            case Fault.ENTITIES:
                return [html.escape(text) for text in texts]
            case Fault.LOOPS:
                return ["salad " * 200 for _ in texts]
        return texts

    def answer(self, asked: Asked) -> tuple[int, Any]:
        raise NotImplementedError

    def fault_answer(self) -> tuple[int, Any]:
        """Status and body of the faults that are answers."""
        raise NotImplementedError


class LibreTranslateServer(_Server):
    """`/languages` with targets and `/translate`; with a `key` only for those who send it."""

    def answer(self, asked: Asked) -> tuple[int, Any]:
        if asked.path == "/languages":
            return 200, [
                {"code": "en", "name": "English", "targets": ["en", "pt"]},
                {"code": "pt", "name": "Portuguese", "targets": ["en", "pt"]},
            ]
        if asked.path != "/translate":
            return 404, {"error": "Not found"}
        body = asked.body
        if self.key and body.get("api_key") != self.key:
            return 403, {"error": f"Invalid API key {body.get('api_key')}"}
        if {body["source"], body["target"]} - {"en", "pt"}:
            return 400, {"error": f"{body['source']} is not supported"}
        texts = body["q"] if isinstance(body["q"], list) else [body["q"]]
        if sum(map(len, texts)) > self.most_characters or len(texts) > self.most_texts:
            return 400, {"error": f"Invalid request: request exceeds text limit ({self.most_characters})"}
        if body["format"] != "text":
            texts = [html.unescape(text) for text in texts]
        answers = self.translated(texts, body["source"], body["target"])
        return 200, {"translatedText": answers if isinstance(body["q"], list) else answers[0]}

    def fault_answer(self) -> tuple[int, Any]:
        return {
            Fault.BUSY: (429, {"error": "Slowdown: 10 per 1 minute"}),
            Fault.QUOTA: (403, {"error": "Too many request limits violations"}),
            Fault.TOO_LARGE: (413, {"error": "Request Entity Too Large"}),
            Fault.UNAVAILABLE: (503, {"error": "Server is shutting down"}),
            Fault.NO_LIST: (200, {"translatedText": {"0": "text"}}),
        }[self.fault]


class DeepLServer(_Server):
    """`/v2/translate`, `/v2/languages?type=` and `/v2/usage` for those who send the key."""

    most_texts = 50
    most_bytes = 128 * 1024
    good_key = "3f1c-secret-77"

    def answer(self, asked: Asked) -> tuple[int, Any]:
        if asked.headers.get("authorization") != f"DeepL-Auth-Key {self.key}":
            return 403, {"message": f"Wrong key: {asked.headers.get('authorization')}"}
        path = urlsplit(asked.path)
        if path.path == "/v2/usage":
            return 200, {"character_count": 500_000, "character_limit": 500_000, "end_time": self.ends}
        if path.path == "/v2/languages":
            codes = ["EN", "NB", "NL", "PT"]
            if parse_qs(path.query)["type"] == ["target"]:
                codes = ["EN-GB", "EN-US", "NB", "NL", "PT-BR", "PT-PT", "ZH-HANS"]
            return 200, [{"language": code, "name": code} for code in codes]
        body = asked.body
        if int(asked.headers["content-length"]) > self.most_bytes:
            return 413, {"message": "Request Entity Too Large"}
        if len(body["text"]) > self.most_texts:
            return 400, {"message": "Too many texts in request"}
        if body["target_lang"] not in ("EN-GB", "EN-US", "PT-BR", "PT-PT"):
            return 400, {"message": "Value for 'target_lang' not supported."}
        if body["source_lang"] not in ("EN", "PT"):
            return 400, {"message": "Value for 'source_lang' not supported."}
        src, dst = body["source_lang"].lower(), body["target_lang"][:2].lower()
        answers = self.translated(body["text"], src, dst)
        return 200, {
            "translations": [
                {"detected_source_language": body["source_lang"], "text": text} for text in answers
            ]
        }

    def fault_answer(self) -> tuple[int, Any]:
        return {
            Fault.BUSY: (429, {"message": "Too many requests"}),
            Fault.QUOTA: (456, {"message": "Quota Exceeded"}),
            Fault.TOO_LARGE: (413, {"message": "Request Entity Too Large"}),
            Fault.UNAVAILABLE: (529, {"message": "Too many requests"}),
            Fault.NO_LIST: (200, {"translations": "text"}),
        }[self.fault]


def _handler_of(server: _Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.respond(b"")

        def do_POST(self) -> None:
            self.respond(self.rfile.read(int(self.headers["Content-Length"])))

        def respond(self, body: bytes) -> None:
            if self.path == IDLE:
                self.send_response(204)
                self.end_headers()
                return
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.path, headers, json.loads(body) if body else None)
            server.asked.append(asked)
            match server.fault:
                case Fault.HANGS:
                    server.released.wait(30)
                case Fault.CLOSES:
                    self.close_connection = True
                case Fault.DRIPS:
                    self.send_response(200)
                    self.end_headers()
                    while not server.released.wait(0.05):
                        self.wfile.write(b" ")
                case Fault.FLOODS:
                    self.send_response(200)
                    self.end_headers()
                    for _ in range(2000):
                        self.wfile.write(b"[" + b" " * 9_999)
                case Fault.REDIRECTS:
                    self.send(302, b"", {"Location": "https://elsewhere.example/"})
                case Fault.ERROR:
                    self.send(500, b"<h1>Internal Server Error</h1>")
                case Fault.DEEP:
                    self.send(200, b"[" * 200_000)
                case Fault.CUT_JSON:
                    answer = self.encoded(server.answer(asked)[1])
                    self.send(200, answer[: len(answer) // 2])
                case Fault.BREAKS_OFF:
                    answer = self.encoded(server.answer(asked)[1])
                    self.send(200, answer, {"Content-Length": str(len(answer) + 100)})
                case Fault.BUSY | Fault.QUOTA | Fault.TOO_LARGE | Fault.UNAVAILABLE | Fault.NO_LIST if (
                    "usage" not in self.path
                ):
                    status, said = server.fault_answer()
                    self.send(status, self.encoded(said), {"Retry-After": "17"} if status == 429 else {})
                case _:
                    status, said = server.answer(asked)
                    self.send(status, self.encoded(said))

        def encoded(self, said: Any) -> bytes:
            return json.dumps(said).encode()

        def send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | (headers or {})).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None: ...

    return Handler
