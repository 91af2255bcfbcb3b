"""Whatever is sent to any address of the site, the answer says what is wrong with it, and never that the site failed.

The addresses come from the URL resolver, the names of parameters and fields from what the pages themselves read and
show, so that a new page is walked without a word here. What a request changed is taken back after it.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.apps import apps
from django.core.signals import got_request_exception
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from pytest_django.fixtures import Settings

from accounts.models import Member
from films.models import Award, Company, Proposal, ProposedChange, TitleKind, Video
from films.services.merging import merge_titles
from reviews.models import Notification, Statement
from reviews.services import bringing_in
from reviews.services.appealing import file_appeal
from reviews.services.backfilling import Which, start_backfill
from reviews.services.taking_out import order_export
from tests.factories import (
    make_correction,
    make_credit,
    make_list,
    make_person,
    make_report,
    make_review,
    make_season,
    make_title,
    make_translation,
    make_viewing,
    make_vote,
)
from tests.reviews.bringing_files import RATINGS, table
from tests.reviews.casework import decide, make_copied_case, notice_about

# What stands in an address, by how the route begins; what begins with more of it goes before.
World = dict[str, dict[str, Any]]
# So many tests share the addresses.
PARTS = 4

# As they stand in an address or a form, encoded. The first are refused for every page by one layer.
REFUSED = ["a%00b", "1" + "0" * 30]
LET_THROUGH = [
    "99999999999",
    "-1",
    "%C2%B2%D9%A3",
    "%25ff",
    "%FF",
    "%ED%A0%80",
    "9" * 18,
    "0001-01-01",
    "a" * 200,
]
FAR_TOO_LONG = "a" * 100_000
IN_PATHS = ["9" * 20, "9" * 18, "0", "a%00b", "%FF%ED%A0%80", "-", "..%2F", "a" * 3000]


class Asked(set[str]):
    """The names that pages ask of what was sent."""

    @contextmanager
    def listening(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        with monkeypatch.context() as patch:
            for name in ("__getitem__", "getlist", "__contains__"):
                patch.setattr(QueryDict, name, self._noting(getattr(QueryDict, name)), raising=False)
            yield

    def _noting(self, method: Any) -> Any:
        def noted(sent: Any, key: Any, *rest: Any) -> Any:
            if isinstance(key, str):
                self.add(key)
            return method(sent, key, *rest)

        return noted


class _Forms(HTMLParser):
    """The forms of a page that are posted: where to, and the fields with what a browser would send of them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str], set[str]]] = []
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = given.get("method", "get").lower() == "post"
            if self._open:
                self.found.append((given.get("action", ""), {}, set()))
        elif self._open and (name := given.get("name", "")):
            _, fields, typed = self.found[-1]
            if tag in ("input", "button"):
                fields.setdefault(name, given.get("value", ""))
                if given.get("type", "text") in (
                    "text",
                    "search",
                    "number",
                    "date",
                    "url",
                    "email",
                    "password",
                ):
                    typed.add(name)
            elif tag in ("textarea", "select"):
                fields.setdefault(name, "")
                typed.add(name)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = False


def posted_forms(answer: HttpResponse) -> list[tuple[str, dict[str, str], set[str]]]:
    if not answer.headers.get("Content-Type", "").startswith("text/html"):
        return []
    forms = _Forms()
    forms.feed(answer.content.decode())
    return forms.found


@pytest.fixture
def world(alice: Member, bob: Member, mona: Member, sofie: Member, settings: Settings) -> World:
    """A site with something at every address: what stands in an address, by how the address begins."""
    settings.FILMSITE_STAFF_NEEDS_MFA = False
    film, show, person = (
        make_title("Heaven", genres=["Drama"]),
        make_title(kind=TitleKind.SHOW),
        make_person(),
    )
    make_season(show)
    make_credit(film, person)
    make_vote(film, alice)
    review = make_review(film, alice, "A film that stays with me. It rains in it.")
    answer = make_review(film, bob, parent=review)
    translation = make_translation(answer)
    kept = make_list(alice, film)
    case = make_report(answer, alice)
    copied = make_copied_case(bob)
    decision = decide(copied, mona, "remove")
    statement = Statement.objects.get(decision=decision)
    file_appeal(statement=statement, text="I wrote it.")
    notice = notice_about(review)
    proposal = Proposal.objects.create(title=film, section=film.section, author=alice, source="the credits")
    ProposedChange.objects.create(proposal=proposal, field="year", old=1997, new=1998)
    brought = bringing_in.start_import(
        member=alice,
        name="ratings.csv",
        content=table(RATINGS, ["2020-01-01", "Heaven", 1997, "https://boxd.it/x", 4]),
    )
    bringing_in.read_import(brought.pk)
    merge = merge_titles(kept=make_title(), duplicate=make_title(), by=sofie, reason="The same")
    backfill = start_backfill(
        owner=sofie, sources=["nl"], targets=["en"], kinds=["review"], which=Which.MISSING
    )
    video = Video.objects.create(title=film, provider="youtube", key="x", name="Trailer")
    news = Notification.objects.filter(recipient=alice).first()
    return {
        "": {
            "username": "bob",
            "year": 2024,
            "number": 1,
            "slug": "x",
            "kind": "film",
            "facet": "genre",
            "path": "x.webp",
            "matter": "review",
            "name": "merge",
            "token": notice.token,
            "key": "x",
            "pk": film.pk,
            "title_pk": film.pk,
            "list_pk": kept.pk,
            "case_pk": case.pk,
            "review_pk": answer.pk,
        },
        "shows/": {"pk": show.pk},
        "people/": {"pk": person.pk},
        "compose/check/people/": {"pk": person.pk},
        "compose/draft/people/": {"pk": person.pk},
        "feeds/people/": {"pk": person.pk},
        "videos/": {"pk": video.pk},
        "companies/": {"pk": Company.objects.create(name="Kanoon").pk},
        "awards/": {"pk": Award.objects.create(name="Plum").pk},
        "reviews/": {"pk": answer.pk},
        "api/": {"pk": answer.pk},
        "reports/": {"pk": answer.pk},
        "changes/": {"pk": 1},
        "settings/proposals/": {"pk": proposal.pk},
        "settings/followers/": {"username": "bob"},
        "lists/": {"pk": kept.pk},
        "lists/<int:list_pk>/entries/": {"pk": kept.entries.get().pk},
        "compose/check/lists/<int:list_pk>/entries/": {"pk": kept.entries.get().pk},
        "diary/": {"pk": make_viewing(alice, film).pk},
        "notifications/": {"pk": news.pk if news else 1},
        "imports/": {"pk": brought.pk},
        "exports/": {"pk": order_export(member=alice).pk},
        "translations/": {"pk": translation.pk, "number": 0},
        "corrections/": {"pk": make_correction(translation, alice).pk},
        "engines/backfills/": {"pk": backfill.pk},
        "moderation/cases/": {"pk": case.pk},
        "moderation/decisions/": {"pk": decision.pk},
        "moderation/proposals/": {"pk": proposal.pk},
        "moderation/merges/": {"pk": merge.pk},
        "moderation/act/": {"pk": answer.pk},
        "moderation/texts/": {"pk": answer.pk},
        "moderation/statements/": {"pk": statement.pk},
        "moderation/questions/": {"pk": case.pk},
    }


def routes() -> list[str]:
    def below(resolver: URLResolver, prefix: str) -> Iterator[str]:
        for pattern in resolver.url_patterns:
            route = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from below(pattern, route)
            else:
                assert isinstance(pattern, URLPattern)
                yield route

    return list(dict.fromkeys(below(get_resolver(), "")))


_PLACE = re.compile(r"<(?:\w+:)?(\w+)>")


def address_of(route: str, world: World) -> str:
    """The route with what the world has at its places; an admin's with the first row of its table."""
    values = {}
    for beginning in sorted(world, key=len):
        if route.startswith(beginning):
            values |= world[beginning]
    if route.startswith("admin/") and "<path:object_id>" in route and len(parts := route.split("/")) > 3:
        rows = apps.get_model(parts[1], parts[2])._default_manager.order_by("pk")
        values |= {"object_id": rows.values_list("pk", flat=True).first() or 1}
    return "/" + _PLACE.sub(lambda place: str(values.get(place[1], "1")), route)


class Walk:
    """Requests of some members, of which nothing stays, and what of them made the site fail."""

    def __init__(self, members: list[Member], monkeypatch: pytest.MonkeyPatch) -> None:
        self.monkeypatch = monkeypatch
        self.failed: list[str] = []
        self._met: set[tuple[str, ...]] = set()
        self._clients = [self._client_of(member) for member in members]

    def is_new(self, *form: str) -> bool:
        """True once for each form."""
        is_new = form not in self._met
        self._met.add(form)
        return is_new

    @staticmethod
    def _client_of(member: Member) -> Client:
        client = Client(raise_request_exception=False)
        client.force_login(member)
        return client

    def send(
        self, who: int, address: str, *, query: str = "", body: str | None = None, note: str = ""
    ) -> tuple[HttpResponse, Asked]:
        """Ask for an address, or post a body to it; what a page asked of the query or the body comes back too."""
        client, asked = self._clients[who], Asked()
        signed_in = client.cookies.copy()
        raised: list[BaseException] = []

        def note_error(**of_signal: Any) -> None:
            raised.append(sys.exception() or Exception("unknown"))

        got_request_exception.connect(note_error)
        try:
            with transaction.atomic(), asked.listening(self.monkeypatch):
                answer = client.generic(
                    "GET" if body is None else "POST",
                    address,
                    body or "",
                    "application/x-www-form-urlencoded",
                    QUERY_STRING=query,
                )
                if answer.streaming:
                    b"".join(answer.streaming_content)
                transaction.set_rollback(True)
        finally:
            got_request_exception.disconnect(note_error)
            client.cookies = signed_in
        if raised or answer.status_code >= 500:
            sent = f"?{query}" if body is None else f" with {body}"
            self.failed.append(
                f"{self._clients.index(client)} {address[:200]}{sent[:300]}: {answer.status_code} {raised!r:.300}"
            )
        return answer, asked


def filled(names: Iterable[str], turn: int) -> str:
    """Each of these fields with another hostile value; another one with each turn."""
    return "&".join(
        f"{quote(name)}={LET_THROUGH[(place + turn) % len(LET_THROUGH)]}"
        for place, name in enumerate(sorted(names))
    )


@pytest.fixture
def _no_limits(settings: Settings) -> None:
    settings.FILMSITE_LIMITS = dict.fromkeys(settings.FILMSITE_LIMITS, "1000000/minute")
    settings.ACCOUNT_RATE_LIMITS = settings.MFA_RATE_LIMITS = False


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.usefixtures("_no_limits")
def test_no_address_fails_whatever_is_sent_to_it(
    world: World, alice: Member, mona: Member, sofie: Member, monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    walk = Walk([alice, mona, sofie], monkeypatch)
    ours = [route for route in routes() if not route.startswith("admin/")]
    for turn, route in enumerate(ours[part::PARTS]):
        walk_address(walk, address_of(route, world), turn)
        if "<" in route:
            odd = "/" + _PLACE.sub(IN_PATHS[turn % len(IN_PATHS)], route)
            walk.send(turn % 3, odd)
            walk.send(turn % 3, odd, body="")
    assert not walk.failed, "\n".join(walk.failed)


def walk_address(walk: Walk, address: str, turn: int) -> None:
    """Ask for a page and post to it as each who gets in, with hostile values in whatever it reads and in its forms."""
    answers = [walk.send(who, address) for who in range(3)]
    if (answer := answers[0][0]).status_code == 301:
        address = answer["Location"].partition("?")[0]
        answers = [walk.send(who, address) for who in range(3)]
    inside = [who for who, (answer, _) in enumerate(answers) if answer.status_code in (200, 405)] or [2]
    one, another = inside[turn % len(inside)], inside[-1]
    asked = {name for _, names in answers for name in names}
    walk.send(one, address, query=f"q={REFUSED[turn % len(REFUSED)]}")
    walk.send(another, address, query=filled(asked | {"q"}, turn))
    _, fields = walk.send(one, address, body=filled({"q"}, turn))
    walk.send(another, address, body=filled(fields, turn + 1))
    walk.send(one, address, body=f"{max(fields, default='q')}={FAR_TOO_LONG}")
    for action, given, typed in posted_forms(answers[another][0]):
        to = (action or address).partition("?")[0]
        if walk.is_new(re.sub("[0-9]+", "0", to), *sorted(given)):
            kept = urlencode({name: value for name, value in given.items() if name not in typed})
            walk.send(another, to, body=f"{kept}&{filled(typed, turn)}")


def test_no_list_of_the_admin_fails_whatever_is_sent_to_it(
    world: World, sofie: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk = Walk([sofie], monkeypatch)
    names = {"q", "o", "p", "all", "id__exact", "pk__in", "year", "_facets", "_popup", "_to_field"}
    posted = {"action", "_selected_action", "select_across", "index"}
    lists = [route for route in routes() if re.fullmatch(r"admin/\w+/\w+/", route)]
    for turn, route in enumerate(lists):
        walk.send(0, "/" + route, query=filled(names, turn))
        walk.send(0, "/" + route, body=filled(posted, turn))
        walk.send(0, f"/{route}{IN_PATHS[turn % len(IN_PATHS)]}/change/")
    assert not walk.failed, "\n".join(walk.failed)
