"""The addresses that are measured, found in whatever site is there."""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from django.db.models import Count

from accounts.models import Member
from films.models import Credit, Genre, Person, Title, TitleKind

Reader = Literal["", "member", "staff"]


@dataclass(frozen=True)
class Address:
    """A page by the name it has in the tables, and as whom it is asked for (nobody when empty)."""

    name: str
    path: str
    reader: Reader = ""


def known_titles(kind: TitleKind, number: int) -> list[Title]:
    """The titles with most votes."""
    return list(Title.objects.filter(kind=kind).order_by("-totals__vote_count", "pk")[:number])


def typical_titles(number: int) -> list[Title]:
    """Films from the middle of the ranking by votes."""
    films = Title.objects.filter(kind=TitleKind.FILM)
    middle = films.count() // 2
    return list(films.order_by("-totals__vote_count", "pk")[middle : middle + number])


def busiest_person() -> Person:
    """Who has most credits."""
    key = (
        Credit.objects.values("person").annotate(parts=Count("pk")).order_by("-parts", "person")[0]["person"]
    )
    return Person.objects.get(pk=key)


def heaviest_member() -> Member:
    """Who has most votes."""
    return Member.objects.order_by("-totals__vote_count", "pk")[0]


def every_kind_of_page() -> list[Address]:
    """One address of each page, at its heaviest where that can be told, and what staff and moderators see."""
    film, show, season = (
        known_titles(kind, 1)[0] for kind in (TitleKind.FILM, TitleKind.SHOW, TitleKind.SEASON)
    )
    typical = typical_titles(1)[0].get_absolute_url()
    person, member = busiest_person().get_absolute_url(), heaviest_member().get_absolute_url()
    drama, war = (Genre.objects.get(name=name).slug for name in ("Drama", "War"))
    title = film.get_absolute_url()
    pages = [
        Address("home", "/"),
        Address("home, signed in", "/", "member"),
        Address("title, best known", title),
        Address("title, best known, signed in", title, "member"),
        Address("title, best known, thread page 40", f"{title}?page=40"),
        Address("title, best known, credits", f"{title}credits/"),
        Address("title, typical", typical),
        Address("title, typical, signed in", typical, "member"),
        Address("show", show.get_absolute_url()),
        Address("season", season.get_absolute_url()),
        Address("person, busiest", person),
        Address("person, busiest, signed in", person, "member"),
        Address("person, busiest, by votes", f"{person}?sort=votes"),
        Address("top 250", "/top/"),
        Address("top of a genre", f"/top/?genre={drama}"),
        Address("top of a decade", "/top/?decade=1990"),
        Address("discover", "/discover/"),
        Address("browse", "/films/"),
        Address("browse, by votes", "/films/?sort=votes"),
        Address("browse, by name", "/films/?sort=name"),
        Address("browse, by activity", "/films/?sort=active"),
        Address(
            "browse, rare: two genres, a country, years",
            f"/films/?genre={war}&genre={drama}&country=IR&year_min=1960&year_max=1975",
        ),
        Address("browse, nothing found", f"/films/?genre={war}&country=IS&year_min=1913&year_max=1914"),
        Address("browse, not seen by me", "/films/?unseen=1", "member"),
        Address("browse, on my watchlist", "/films/?watchlist=1", "member"),
        Address("shows", "/shows/"),
        Address("random", "/films/random/"),
        Address("search, whole name", f"/search/?q={quote(film.name)}"),
        Address("search, common word", "/search/?q=house"),
        Address("search, mistake", "/search/?q=forgoten+montain"),
        Address("search, Cyrillic", f"/search/?q={quote('Дом и река')}"),
        Address("search, nothing", "/search/?q=xqzvwk+jjqpl"),
        Address("suggest, two letters", "/search/suggest/?q=th"),
        Address("suggest, six letters", "/search/suggest/?q=the+ho"),
        Address("member, heaviest", member),
        Address("member, heaviest, votes", f"{member}votes/"),
        Address("member, heaviest, messages", f"{member}messages/"),
        Address("member, heaviest, opinions", f"{member}opinions/"),
        Address("member, heaviest, watchlist", f"{member}watchlist/"),
        Address("moderation queue", "/moderation/", "staff"),
        Address("moderation log", "/moderation/log/"),
    ]
    models = (
        "films/title",
        "films/person",
        "films/credit",
        "films/company",
        "films/genre",
        "films/nomination",
    )
    models += (
        "reviews/vote",
        "reviews/review",
        "reviews/case",
        "accounts/member",
        "films/proposal",
        "films/change",
    )
    for model in models:
        pages.append(Address(f"admin, {model}", f"/admin/{model}/", "staff"))
        pages.append(Address(f"admin, {model}, search", f"/admin/{model}/?q=house", "staff"))
    pages.append(Address("admin, a title", f"/admin/films/title/{film.pk}/change/", "staff"))
    pages.append(Address("admin, a person", f"/admin/films/person/{busiest_person().pk}/change/", "staff"))
    return pages
