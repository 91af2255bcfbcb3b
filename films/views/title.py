"""The pages of films, shows and seasons, each with a page of all credits and one of all pictures."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import Member
from accounts.permissions import can_post
from films.access import get_season_for, get_title_for
from films.json_ld import describe_title
from films.models import Title, TitleKind, Trivia
from films.presenting import facts_of, sections_of
from films.seasons import inherit_facts, seasons_of
from films.views.addresses import moved
from filmsite.lib.fragments import key_of, render_in_fragments
from filmsite.lib.looking import is_looked_at
from reviews.composing import composer_for
from reviews.drawing import keys_of_discussion, place_of
from reviews.json_ld import describe_reviews, key_of_reviews
from reviews.reading import Reader, attach_words, thread_of
from reviews.services.following import mark_seen
from reviews.standing import standing_of

# The page itself and the ones below it, by the last part of the address.
_TEMPLATES = {"": "films/title.html", "credits": "films/credits.html", "media": "films/media.html"}


@require_safe
def film(request: HttpRequest, pk: int, slug: str, part: str = "") -> HttpResponse:
    title = get_title_for(request.user, pk, TitleKind.FILM, for_page=True)
    return moved(request, title) or _page(request, title, part)


@require_safe
def show(request: HttpRequest, pk: int, slug: str, part: str = "") -> HttpResponse:
    title = get_title_for(request.user, pk, TitleKind.SHOW, for_page=True)
    return moved(request, title) or _page(request, title, part, of_show=title)


@require_safe
def season(request: HttpRequest, pk: int, slug: str, number: int, part: str = "") -> HttpResponse:
    of_show = get_title_for(request.user, pk, TitleKind.SHOW, for_page=True)
    title = get_season_for(request.user, of_show, number)
    inherit_facts(title, of_show)
    return moved(request, title) or _page(request, title, part, of_show=of_show)


def _page(request: HttpRequest, title: Title, part: str, of_show: Title | None = None) -> HttpResponse:
    context: dict[str, Any] = {
        "title": title,
        "show": None if of_show == title else of_show,
        "canonical": settings.FILMSITE_URL + title.get_absolute_url() + (f"{part}/" if part else ""),
    }
    if part:
        context |= facts_of(title)
        # Nothing leads to an empty page; whoever comes to one, by an old address, is told so and led back.
        is_empty = not (title.credit_rows if part == "credits" else context["pictures"] or title.video_rows)
        return render(request, _TEMPLATES[part], context, status=404 if is_empty else 200)
    context |= _overview(request, title)
    _attach_words(request, title, of_show, context)

    @cache
    def facts() -> dict[str, Any]:
        """What the pieces of the page show; asked for only when one must be drawn."""
        found = {**context, **facts_of(title), "seasons": seasons_of(of_show) if of_show else []}
        found["plot_words"] = context["plot"].shown.plain if context["plot"] else ""
        return {**found, "sections": sections_of(title, found), "json_ld": describe_title(title, found)}

    said = [entry.review for entry in context["thread"].entries]
    pieces = _keys_of_pieces(request, title, context)
    pieces["reviews"] = key_of_reviews(context["canonical"], said)
    context["reviews_ld"] = lambda: {"reviews_json": describe_reviews(context["canonical"], said)}
    keys = [*pieces.values(), *keys_of_discussion(context["thread"].entries, context["composer"], request)]
    context |= {"facts": facts, "pieces": pieces}
    return render_in_fragments(request, _TEMPLATES[part], context, keys)


def _overview(request: HttpRequest, title: Title) -> dict[str, Any]:
    """What the page itself shows beside the facts: votes and what people say."""
    reader = Reader.from_request(request)
    standing = standing_of(title, request.user)
    if standing.thread.unread and reader.member and is_looked_at(request):
        mark_seen(member=reader.member, subject=title)
    return {
        "subject": title,
        "followed": standing.thread,
        "votes": standing.votes,
        "keeping": standing.keeping,
        "mentions": standing.mentions,
        "thread": thread_of(title, reader, request.GET),
        "composer": composer_for(reader.member, title, vote=standing.votes.mine),
    }


def _attach_words(request: HttpRequest, title: Title, of_show: Title | None, page: dict[str, Any]) -> None:
    """Put plot, trivia, and what names the title elsewhere into the reader's language: one query for all of it.

    `page` gets the `plot` as it is shown, and whether this viewer may report it; each row of trivia, list and mention its
    words.
    """
    # A season without a plot of its own shows that of its show, and the translations of that one.
    told = of_show if of_show and title.plot == of_show.plot else title
    if told.plot_author_id and told.plot_author_consent:
        told.plot_author = Member(pk=told.plot_author_id, translation_consent=told.plot_author_consent)
    trivia = [_piece_of_trivia(title, row) for row in title.trivia_rows]
    attach_words([told, *trivia, *page["keeping"].lists, *page["mentions"]], Reader.from_request(request))
    page["plot"] = vars(told).pop("words")
    may_report, own = can_post(request.user), request.user.pk
    page["may_report_plot"] = may_report and told.plot_author_id != own
    for row, piece in zip(title.trivia_rows, trivia, strict=True):
        row["words"] = vars(piece)["words"]
        row["may_report"] = may_report and row["author_id"] != own


def _piece_of_trivia(title: Title, row: Mapping[str, Any]) -> Trivia:
    author = Member(pk=row["author_id"], translation_consent=row["consent"]) if row["author_id"] else None
    same = {name: row[name] for name in ("id", "text", "language", "is_spoiler")}
    return Trivia(title=title, author=author, **same)


_PIECES = ("head", "top", "facts", "seasons", "rail", "more")
# Pieces in which a reader finds what they may do.
_WITH_ACTS = ("top", "more")


def _keys_of_pieces(request: HttpRequest, title: Title, page: Mapping[str, Any]) -> dict[str, str]:
    """The key of each piece of the page: it says all that is known of the title, and in which words this reader has it."""
    words = [page["plot"], *(row["words"] for row in title.trivia_rows)]
    shown = key_of(
        "title",
        *(_known_of(one) for one in (title, page["show"]) if one),
        page["plot"],
        [place_of(request, text) for text in words],
        settings.FILMSITE_EXTERNAL_SCORES,
        settings.FILMSITE_MEAN_MINIMUM_VOTES,
        settings.FILMSITE_URL,
        settings.MEDIA_URL,
    )
    may_report = [page["may_report_plot"], *(row["may_report"] for row in title.trivia_rows)]
    rights = key_of("rights", may_report) if any(may_report) else ""
    return {
        name: f"{shown}:{name}:{rights}" if name in _WITH_ACTS else f"{shown}:{name}" for name in _PIECES
    } | {"nav": f"{shown}:nav:{bool(page['mentions'])}:{page['thread'].total}"}


def _known_of(title: Title) -> tuple[object, ...]:
    """Every column and every row that came with a title, and its votes."""
    known = {name: value for name, value in vars(title).items() if name != "_state"}
    return known, title.totals.vote_count, title.totals.vote_sum
