"""Fetching with permission: the title or person that a reader asks for, or 404."""

from django.db.models import F
from django.http import Http404
from django.shortcuts import get_object_or_404

from accounts.permissions import Viewer
from films.duplicates import standing_title_id
from films.models import Award, Company, Person, Title, Video
from films.querysets import TitleQuerySet


def get_title_for(viewer: Viewer, pk: int, kind: str | None = None, *, for_page: bool = False) -> Title:
    """Give a title with its totals, of the given kind if one is given; 404 without it.

    Of a title that was merged the one it became one with: pages send the reader to its address (`addresses.moved`).

    `for_page` brings every fact along (see `TitleQuerySet.for_page`). The catalogue is public: the viewer makes
    no difference yet, and stands here so that titles waiting for approval need no second door.
    """
    titles = Title.objects.for_page() if for_page else Title.objects.select_related("totals", "parent")
    if kind is not None:
        titles = titles.filter(kind=kind)
    return get_standing_title(titles, pk)


def get_standing_title(titles: TitleQuerySet, pk: int) -> Title:
    """Give one of these titles, or the one that it became one with; 404 without it."""
    title = get_object_or_404(titles, pk=pk)
    if title.merged_into_id:
        return get_object_or_404(titles, pk=standing_title_id(pk))
    return title


def get_season_for(viewer: Viewer, show: Title, number: int) -> Title:
    """Give a season of a show by its number, with every fact of its page; 404 without it.

    A number of two seasons, one of them merged, is that of the other; of a merged one alone the one it became one with.
    """
    seasons = Title.objects.for_page()
    standing_first = F("merged_into").asc(nulls_first=True)
    season = seasons.filter(parent=show, season_number=number).order_by(standing_first).first()
    if season is None:
        raise Http404
    return get_standing_title(seasons, season.pk) if season.merged_into_id else season


def get_person_for(viewer: Viewer, pk: int) -> Person:
    """Give a person with every fact of their page; 404 without it."""
    return get_object_or_404(Person.objects.for_page(), pk=pk)


def get_video_for(viewer: Viewer, pk: int) -> Video:
    """Give a video with its title; 404 without it."""
    return get_object_or_404(Video.objects.select_related("title"), pk=pk, title__merged_into=None)


def get_company_for(viewer: Viewer, pk: int) -> Company:
    """Give a company; 404 without it."""
    return get_object_or_404(Company, pk=pk)


def get_award_for(viewer: Viewer, pk: int) -> Award:
    """Give an award; 404 without it."""
    return get_object_or_404(Award, pk=pk)
